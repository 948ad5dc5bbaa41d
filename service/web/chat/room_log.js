/**
 * A room's log as far as this page holds it: how far it has come (`epoch` and `seq`, with which it resumes) and a
 * window of messages. Events apply idempotently and in order only. The window is bounded: what falls out at one end
 * is fetched again when somebody scrolls there.
 *
 * @typedef {import('./contract.js').Message} Message
 * @typedef {import('./contract.js').RoomEvent} RoomEvent
 */

/** Messages held at most. A page that stays open for weeks must not grow with what was said in them. */
export const WINDOW = 1_000;

/** How many messages a fresh join carries; fewer mean that there are no older ones. */
export const SNAPSHOT = 50;

/** The events that bring a message as it is now. */
const WHOLE = new Set(['message.edited', 'message.restored']);

export class RoomLog {
  /** @type {string | null} */
  epoch = null;
  seq = 0;
  /** @type {Message[]} oldest first */
  messages = [];
  /** Whether the window begins with the room's first message. */
  atStart = false;
  /** Whether the window ends with the room's last one, and so grows with each event. */
  atEnd = true;
  /** Whether the reader looks at the end: then the oldest give way. Otherwise what they read must stay. */
  following = true;

  #latestMessage = 0;
  /** @type {Map<string, (message: Message) => Message> | null} what changed since a page was asked for, by message */
  #changes = null;

  /**
   * Begins anew, from the answer to a join.
   * @param {{epoch: string, seq: number, messages: Message[]}} snapshot
   */
  reset({ epoch, seq, messages }) {
    this.epoch = epoch;
    this.seq = seq;
    this.messages = messages.slice();
    this.atStart = messages.length < SNAPSHOT;
    this.atEnd = true;
    this.#latestMessage = messages.at(-1)?.seq ?? 0;
  }

  /**
   * @param {RoomEvent} event
   * @returns {'applied' | 'known' | 'gap'} `gap`: something before it is missing; join again from `seq`.
   */
  apply(event) {
    if (event.seq <= this.seq) return 'known';
    if (event.seq > this.seq + 1) return 'gap';
    this.seq = event.seq;
    this.#change(event);
    return 'applied';
  }

  /** A page was asked for: it may be from before what happens until it is here. */
  expectPage() {
    this.#changes = new Map();
  }

  /** It is here and added, or will not come. */
  expectNone() {
    this.#changes = null;
  }

  /**
   * @param {Message[]} messages oldest first
   * @param {number | null} next
   */
  addOlder(messages, next) {
    const first = this.messages[0]?.seq ?? Infinity;
    this.messages = [...this.#asNow(messages).filter((message) => message.seq < first), ...this.messages];
    this.atStart = next === null;
    if (this.messages.length > WINDOW) {
      this.messages.length = WINDOW;
      this.atEnd = false;
    }
  }

  /**
   * @param {Message[]} messages oldest first
   * @param {number | null} next
   */
  addNewer(messages, next) {
    const last = this.messages.at(-1)?.seq ?? 0;
    this.messages = [...this.messages, ...this.#asNow(messages).filter((message) => message.seq > last)];
    this.#meetEnd(next);
    this.#dropOldest();
  }

  /**
   * Puts the window at the end of the room, with the latest page.
   * @param {Message[]} messages oldest first
   * @param {number | null} next
   */
  showLatest(messages, next) {
    this.messages = this.#asNow(messages);
    this.atStart = next === null;
    this.#meetEnd(null);
  }

  /** @param {RoomEvent} event */
  #change({ type, message, message_id: id = '', by = '', author, at }) {
    if (type === 'message.posted' && message) this.#append(message);
    else if (WHOLE.has(type) && message) this.#rewrite(message.id, () => message);
    else if (type === 'message.deleted') {
      this.#rewrite(id, (old) => ({ ...old, text: '', deleted: { by, at }, author: author ?? old.author }));
    }
  }

  /**
   * A message becomes another one in its place, here and in the page that is on its way.
   * @param {string} id
   * @param {(message: Message) => Message} change
   */
  #rewrite(id, change) {
    this.#changes?.set(id, change);
    const place = this.messages.findLastIndex((message) => message.id === id);
    if (place >= 0) this.messages = this.messages.with(place, change(this.messages[place]));
  }

  /** @param {Message[]} messages A page. */
  #asNow(messages) {
    return messages.map((message) => this.#changes?.get(message.id)?.(message) ?? message);
  }

  /** @param {Message} message */
  #append(message) {
    this.#latestMessage = message.seq;
    if (!this.atEnd) return;
    if (this.messages.length >= WINDOW && !this.following) {
      this.atEnd = false;
      return;
    }
    this.messages = [...this.messages, message];
    this.#dropOldest();
  }

  /**
   * A page is as old as its request: an event that came in between was not put into the window, so it is at the end
   * only if it holds that one too.
   * @param {number | null} next
   */
  #meetEnd(next) {
    this.atEnd = next === null && (this.messages.at(-1)?.seq ?? 0) >= this.#latestMessage;
  }

  #dropOldest() {
    if (this.messages.length <= WINDOW) return;
    this.messages = this.messages.slice(-WINDOW);
    this.atStart = false;
  }
}
