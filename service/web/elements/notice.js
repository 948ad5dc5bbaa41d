/**
 * One quiet line about the connection, while there is something to say about it.
 *
 *     <moot-notice></moot-notice>
 *     notice.chat = chat;
 */

import { closeSentence } from '../chat/closes.js';
import { say } from '../words/words.js';
import { fill, h } from './dom.js';
import { LiveElement } from './live_element.js';

const SECOND_MS = 1_000;

export class Notice extends LiveElement {
  /** @type {import('../chat/chat.js').Chat | null} */
  #chat = null;
  #cancelTick = () => {};
  #text = h('span', {});
  /** A second that goes by is nothing to read aloud. */
  #seconds = h('span', { 'aria-hidden': 'true' });
  #button = h('button', { class: 'quiet', onclick: () => this.#chat?.connection.retryNow() }, say('connection.tryNow'));

  /** @param {import('../chat/chat.js').Chat} chat */
  set chat(chat) {
    this.#chat = chat;
    this.watch(chat);
  }

  connectedCallback() {
    super.connectedCallback();
    this.setAttribute('role', 'status');
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#cancelTick();
  }

  draw() {
    this.#cancelTick();
    const { text, again, retryAt } = this.#face();
    if (this.#text.textContent !== text) this.#text.textContent = text;
    if (retryAt) this.#count(retryAt);
    fill(this, text !== '' && this.#text, retryAt !== undefined && this.#seconds, again && this.#button);
    this.hidden = text === '';
  }

  /** @returns {{text: string, again: boolean, retryAt?: number}} */
  #face() {
    const chat = this.#chat;
    if (!chat) return { text: '', again: false };
    const { name, retryAt, restarting, code = 0 } = chat.connection.state;
    if (name === 'stopped') return { text: closeSentence(code), again: true };
    if (name === 'connecting') return { text: chat.current?.loaded ? say('connection.connecting') : '', again: false };
    if (name !== 'waiting') return { text: chat.current?.lagging ? say('connection.catchingUp') : '', again: false };
    if (restarting) return { text: say('connection.restarting'), again: false };
    if (!navigator.onLine) return { text: say('connection.offline'), again: true };
    return { text: say('connection.lost'), again: true, retryAt };
  }

  /** @param {number} retryAt */
  #count(retryAt) {
    const { clock } = /** @type {import('../chat/chat.js').Chat} */ (this.#chat);
    const seconds = Math.max(1, Math.ceil((retryAt - clock.now()) / SECOND_MS));
    this.#seconds.textContent = say('connection.retryIn', { count: seconds });
    this.#cancelTick = clock.after(SECOND_MS, () => this.drawSoon());
  }
}

export function registerNotice() {
  customElements.define('moot-notice', Notice);
}
