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

/** For so long it says that the connection is back, after it said that it was lost. */
const BACK_MS = 3_000;

export class Notice extends LiveElement {
  /** @type {import('../chat/chat.js').Chat | null} */
  #chat = null;
  #cancelTick = () => {};
  /** Whether it has said that something is wrong, and since when that is over. */
  #lost = false;
  #backSince = 0;
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
    this.classList.toggle('back', this.#backSince > 0);
  }

  /** @returns {{text: string, again: boolean, retryAt?: number}} */
  #face() {
    const chat = this.#chat;
    if (!chat) return { text: '', again: false };
    const { name, retryAt, restarting, code = 0 } = chat.connection.state;
    if (name === 'stopped') return { text: closeSentence(code), again: true };
    if (name === 'connecting') return { text: chat.current?.loaded ? say('connection.connecting') : '', again: false };
    if (name !== 'waiting') return { text: this.#back(chat) ?? (chat.current?.lagging ? say('connection.catchingUp') : ''), again: false };
    this.#lost = true;
    this.#backSince = 0;
    if (restarting) return { text: say('connection.restarting'), again: false };
    if (!navigator.onLine) {
      const count = chat.waiting;
      return { text: count > 0 ? say('connection.offlineWaiting', { count }) : say('connection.offline'), again: true };
    }
    return { text: say('connection.lost'), again: true, retryAt };
  }

  /**
   * Whoever was told that it is lost is told that it is back; then there is nothing more to say about it.
   * @param {import('../chat/chat.js').Chat} chat
   */
  #back({ clock, connection }) {
    if (!this.#lost || connection.state.name !== 'open') return undefined;
    this.#backSince ||= clock.now();
    const left = this.#backSince + BACK_MS - clock.now();
    if (left > 0) {
      this.#cancelTick = clock.after(left, () => this.drawSoon());
      return say('connection.back');
    }
    this.#lost = false;
    this.#backSince = 0;
    return undefined;
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
