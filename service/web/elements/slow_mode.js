/**
 * The pace of a room in slow mode, and for how long one has to wait: a line above where one writes.
 *
 *     <moot-slow-mode></moot-slow-mode>
 *     line.show(chat, room);
 */

import { paceOf, waitIn } from '../chat/slow_mode.js';
import { say } from '../words/words.js';
import { fill, h, icon } from './dom.js';
import { LiveElement } from './live_element.js';

const SECOND_MS = 1_000;

export class SlowMode extends LiveElement {
  /** @type {import('../chat/chat.js').Chat | null} */
  #chat = null;
  /** @type {import('../chat/room.js').Room | null} */
  #room = null;
  #cancelTick = () => {};
  #text = h('span', { role: 'status' });
  /** A second that goes by is nothing to read aloud. */
  #seconds = h('span', { 'aria-hidden': 'true', class: 'seconds' });

  /**
   * @param {import('../chat/chat.js').Chat} chat
   * @param {import('../chat/room.js').Room} room
   */
  show(chat, room) {
    this.#chat = chat;
    this.#room = room;
    this.watch(room);
  }

  connectedCallback() {
    super.connectedCallback();
    if (!this.firstChild) fill(this, icon('clock'), this.#text, this.#seconds);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#cancelTick();
  }

  draw() {
    this.#cancelTick();
    const [chat, room] = [this.#chat, this.#room];
    const pace = room ? paceOf(room.info) : 0;
    this.hidden = pace === 0 || !room?.isMember;
    if (!chat || !room || this.hidden) return;
    const wait = waitIn(room, chat.me.username, chat.clock.now());
    const text = say('people.slow.pace', { count: pace });
    if (this.#text.textContent !== text) this.#text.textContent = text;
    this.#seconds.textContent = wait > 0 ? say('people.slow.again', { count: wait }) : '';
    if (wait > 0) this.#cancelTick = chat.clock.after(SECOND_MS, () => this.drawSoon());
  }
}

export function registerSlowMode() {
  customElements.define('moot-slow-mode', SlowMode);
}
