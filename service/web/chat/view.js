/**
 * Which part of a log's window is drawn: a bounded run of messages that moves with the reader. The window itself is
 * bounded too, at more than one wants in a page; so a long way back costs neither memory nor drawing. It also says
 * where somebody wants to look, until that has been shown.
 *
 * @typedef {import('./room_log.js').RoomLog} RoomLog
 * @typedef {import('./contract.js').Message} Message
 *
 * @typedef {{to: 'end'} | {to: 'line'} | {to: 'message', id: string}} Target
 */

/** Messages drawn at most, on a screen of everyday height. */
export const DRAWN_MOST = 200;

/** How many are left of them where the oldest give way to what is said: not one by one, but many at once. */
export const DRAWN_KEPT = 120;

/** How many come in as one scrolls. */
export const STEP = 40;

export class View {
  /** @type {Target | null} where to look, once */
  target = { to: 'end' };
  /** Messages drawn at most: on a very high screen it takes more of them to have some in reserve at both ends. */
  most = DRAWN_MOST;
  #log;
  #from = 0;
  #to = Infinity;

  /** @param {RoomLog} log */
  constructor(log) {
    this.#log = log;
  }

  /** What is to be drawn, oldest first. */
  get messages() {
    const [start, end] = this.#range();
    return this.#log.messages.slice(start, end);
  }

  /** Whether it begins with the room's first message. */
  get atStart() {
    return this.#log.atStart && this.#range()[0] === 0;
  }

  /** Whether it ends with the room's last one. */
  get atEnd() {
    return this.#log.atEnd && this.#to === Infinity;
  }

  /** Moves towards the beginning; false where the window has no more: then the server is to be asked. */
  older() {
    const [start, end] = this.#range();
    if (start === 0) return false;
    this.#set(Math.max(0, start - STEP), Math.min(end, Math.max(0, start - STEP) + this.most));
    return true;
  }

  /** Moves towards the end; false where the window has no more. */
  newer() {
    const [start, end] = this.#range();
    const { length } = this.#log.messages;
    if (end === length) {
      if (this.#log.atEnd) this.#to = Infinity;
      return false;
    }
    const next = Math.min(length, end + STEP);
    this.#set(Math.max(start, next - this.most), next);
    return true;
  }

  /** @param {Target} target To which the window has been brought. */
  look(target) {
    this.target = target;
    if (target.to === 'end') [this.#from, this.#to] = [0, Infinity];
  }

  /**
   * Puts the middle at a message.
   * @param {number} seq
   * @param {Target} target
   */
  around(seq, target) {
    const { messages } = this.#log;
    const middle = messages.findIndex((message) => message.seq >= seq);
    const place = middle < 0 ? messages.length : middle;
    this.#set(Math.max(0, place - STEP), Math.min(messages.length, place + STEP));
    this.target = target;
  }

  /** As indexes, with the bound kept: who reads at the end lets go of the oldest, who reads elsewhere of the newest. */
  #range() {
    const { messages, following } = this.#log;
    const first = this.#from === 0 ? 0 : messages.findIndex(({ seq }) => seq >= this.#from);
    const start = first < 0 ? messages.length : first;
    const end = this.#to === Infinity ? messages.length : messages.findLastIndex(({ seq }) => seq <= this.#to) + 1;
    if (end - start <= this.most) return [start, Math.max(start, end)];
    if (!following) return this.#set(start, start + this.most);
    return this.#set(end - DRAWN_KEPT, end);
  }

  /**
   * @param {number} start
   * @param {number} end
   */
  #set(start, end) {
    const { messages, atEnd } = this.#log;
    this.#from = start === 0 ? 0 : messages[start].seq;
    this.#to = end === messages.length && atEnd ? Infinity : (messages[end - 1]?.seq ?? 0);
    return [start, end];
  }
}
