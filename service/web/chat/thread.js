/**
 * The replies under one message, oldest first, and one's place among them. Asked for when somebody opens it, and kept
 * current by the room's events from then on. Emits `change`.
 *
 * @typedef {import('./contract.js').Message} Message
 */

import { amended, subjectOf } from './amendment.js';
import { quietly } from './quietly.js';

/**
 * @typedef {object} Surroundings
 * @property {Pick<import('./room.js').Room, 'log' | 'outbox' | 'send'>} room
 * @property {Pick<import('./api.js').Api, 'thread' | 'message'>} api
 * @property {import('./threads.js').Threads} threads Those that one follows.
 * @property {import('./drafts.js').Draft} draft
 */

export class Thread extends EventTarget {
  /** @type {Message[]} */
  replies = [];
  /** Whether it was ever loaded. */
  known = false;
  /** Whether its last reply is here, and so each new one is. */
  atEnd = false;
  loading = false;
  /** The seq above which the line between read and new stands. @type {number | null} */
  line = null;
  /** A reply that somebody wants to see, until it has been shown. @type {string | null} */
  wanted = null;
  #around;
  /** @type {Message | null} where the room's window does not hold it */
  #root = null;
  #last = 0;

  /**
   * @param {string} id The root's.
   * @param {Surroundings} around
   */
  constructor(id, around) {
    super();
    this.id = id;
    this.#around = around;
  }

  /** What stands in its composer; it survives a reload. */
  get draft() {
    return this.#around.draft.text;
  }

  set draft(text) {
    this.#around.draft.text = text;
  }

  /** The message that it hangs under; undefined until it is here. */
  get root() {
    return this.#around.room.log.message(this.id) ?? this.#root ?? undefined;
  }

  /** What one wrote here and the log does not show yet. */
  get outgoing() {
    return this.#around.room.outbox.items.filter(({ root }) => root === this.id);
  }

  get followed() {
    return this.#around.threads.of(this.id) !== undefined;
  }

  get unread() {
    return this.#around.threads.of(this.id)?.unread ?? 0;
  }

  /** Loads its beginning, and all that follows page by page: `more` does the rest. Failing is the caller's to show. */
  async load() {
    if (this.known || this.loading) return;
    const { room, api } = this.#around;
    this.line = this.#around.threads.of(this.id)?.read ?? null;
    await this.#busy(async () => {
      if (this.root === undefined) {
        const { items } = await room.log.meanwhile.during(async () => ({ items: [await api.message(this.id)] }));
        this.#root = items[0];
      }
      await this.#page();
      this.known = true;
    });
  }

  /** The next page, where there is one. */
  async more() {
    if (this.atEnd || this.loading) return;
    await this.#busy(() => this.#page());
  }

  /** Asks for everything anew: what is here may be old. */
  async reload() {
    this.known = false;
    this.atEnd = false;
    this.replies = [];
    this.#last = 0;
    await this.load();
  }

  /** The room went on without telling what happened: what is here may be old. */
  stale() {
    if (this.known) quietly(this.reload());
  }

  /** One has read what is here. */
  read() {
    const last = this.replies.at(-1)?.seq;
    if (last !== undefined && this.unread > 0 && this.atEnd) this.#around.threads.read(this.id, last);
  }

  /** @param {boolean} on */
  async follow(on) {
    await this.#around.threads.follow(this.root ?? this.id, on);
    this.changed();
  }

  /**
   * @param {string} text
   * @param {{files?: import('./contract.js').FileInfo[]}} [more]
   */
  send(text, { files } = {}) {
    this.#around.room.send(text, { reply_to: this.id, root: this.id, files });
    this.line = null;
    this.changed();
  }

  /** @param {import('./contract.js').RoomEvent} event */
  heard(event) {
    const id = subjectOf(event);
    if (event.type === 'message.posted' && event.message?.root === this.id) this.#said(event.message);
    if (this.#root !== null && id === this.id) this.#root = amended(this.#root, event);
    const place = this.replies.findIndex((reply) => reply.id === id);
    if (place >= 0) this.replies = this.replies.with(place, amended(this.replies[place], event));
    this.changed();
  }

  /** @param {Message} message As an answer brought it. */
  put(message) {
    if (this.#root?.id === message.id) this.#root = message;
    this.replies = this.replies.map((reply) => (reply.id === message.id ? message : reply));
    this.changed();
  }

  changed() {
    this.dispatchEvent(new Event('change'));
  }

  /** @param {Message} reply */
  #said(reply) {
    if (!this.atEnd || this.replies.some(({ seq }) => seq >= reply.seq)) return;
    this.replies = [...this.replies, reply];
    this.#last = reply.seq;
  }

  async #page() {
    const { room, api } = this.#around;
    const page = await room.log.meanwhile.during(() => api.thread(this.id, this.#last));
    this.replies = [...this.replies, ...page.items.filter(({ seq }) => seq > this.#last)];
    this.#last = page.items.at(-1)?.seq ?? this.#last;
    // A reply that came while the page was on its way may not be on it; the root counts all of them.
    const latest = this.root?.thread?.last_seq ?? 0;
    this.atEnd = page.next === null && this.#last >= latest;
    if (page.next === null && !this.atEnd && page.items.length > 0) await this.#page();
  }

  /** @param {() => Promise<void>} load */
  async #busy(load) {
    this.loading = true;
    this.changed();
    try {
      await load();
    } finally {
      this.loading = false;
      this.changed();
    }
  }
}
