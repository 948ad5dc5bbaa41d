/**
 * Where one writes. Enter sends, Shift and Enter begins a new line; what is half written stays with its room.
 *
 *     <moot-composer></moot-composer>
 *     composer.show(chat, room);
 */

import { say } from '../words/words.js';
import { h, icon } from './dom.js';

/** The contract's limit, until `hello` tells the server's own. */
const DEFAULT_TEXT_LIMIT = 4_000;

/** How many characters before the limit the count appears. */
const COUNT_FROM = 300;

export class Composer extends HTMLElement {
  /** @type {import('../chat/room.js').Room | null} */
  #room = null;
  /** @type {import('../chat/chat.js').Chat | null} */
  #chat = null;
  #input = h('textarea', { rows: '1', enterkeyhint: 'send', 'aria-describedby': 'composer-count' });
  #count = h('span', { class: 'left', id: 'composer-count' });
  #send = h('button', { class: 'send', type: 'submit', 'aria-label': say('composer.send'), title: say('composer.send') }, icon('send'));

  connectedCallback() {
    if (this.firstChild) return this.#fit();
    this.#input.addEventListener('input', () => this.#typed());
    this.#input.addEventListener('keydown', (event) => this.#key(event));
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#submit();
    };
    this.append(h('form', { onsubmit: submit }, this.#input, this.#count, this.#send));
    this.#fit();
  }

  /**
   * @param {import('../chat/chat.js').Chat} chat
   * @param {import('../chat/room.js').Room} room
   */
  show(chat, room) {
    this.#chat = chat;
    this.#room = room;
    this.#input.value = room.draft;
    const label = say('composer.placeholder', { room: room.info.name });
    this.#input.placeholder = label;
    this.#input.setAttribute('aria-label', label);
    queueMicrotask(() => {
      this.#fit();
      // On a touch screen focus would raise the keyboard over what one came to read.
      if (matchMedia('(hover: hover)').matches) this.#input.focus();
    });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    // While an input method composes, Enter ends the composition and not the message.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#submit();
  }

  #typed() {
    const room = this.#room;
    if (!room) return;
    room.draft = this.#input.value;
    this.#fit();
    if (room.draft.trim() !== '') room.typing();
  }

  #submit() {
    const room = this.#room;
    if (!room || this.#input.value.trim() === '' || this.#left < 0) return;
    room.log.following = true;
    if (!room.log.atEnd) room.history.show('latest').catch(() => {}); // it is sent all the same, and shown when one is back at the end
    room.send(this.#input.value);
    room.draft = '';
    this.#input.value = '';
    this.#fit();
    this.#input.focus();
  }

  /** The height of what is written, and how much more may be. */
  #fit() {
    this.#input.style.height = 'auto';
    this.#input.style.height = `${this.#input.scrollHeight}px`;
    const left = this.#left;
    this.#count.textContent = left < COUNT_FROM ? String(left) : '';
    this.#count.classList.toggle('over', left < 0);
    this.#send.disabled = left < 0 || this.#input.value.trim() === '';
  }

  /** In code points, as the server counts. */
  get #left() {
    const limit = this.#chat?.connection.hello?.limits.text ?? DEFAULT_TEXT_LIMIT;
    return limit - [...this.#input.value.trim()].length;
  }
}

export function registerComposer() {
  customElements.define('moot-composer', Composer);
}
