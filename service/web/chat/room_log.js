/**
 * A room's log as far as this page holds it: how far it has come (`epoch` and `seq`, with which it resumes) and a
 * window of messages. Events apply idempotently and in order only. The window is bounded: what falls out at one end
 * is fetched again when somebody scrolls there. Replies in threads count for the message that they hang under, and
 * do not stand in it themselves.
 *
 * @typedef {import('./contract.js').Message} Message
 * @typedef {import('./contract.js').MessagePage} MessagePage
 * @typedef {import('./contract.js').RoomEvent} RoomEvent
 */

import { amended, subjectOf } from './amendment.js';
import { Meanwhile } from './meanwhile.js';

/** Messages held at most. A page that stays open for weeks must not grow with what was said in them. */
export const WINDOW = 1_000;

/** Messages held of a room that nobody looks at: somebody may be in a hundred of them. */
export const AT_REST = 100;

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
  meanwhile = new Meanwhile();

  /** What the window covers, replies too: a page of nothing else moves its edge as well. */
  #first = 1;
  #last = 0;
  #latestMessage = 0;
  #most = WINDOW;

  /** The seq before which nothing is here. */
  get first() {
    return this.#first;
  }

  /** The seq after which nothing is here, where the window is not at the end. */
  get last() {
    return this.#last;
  }

  /**
   * Begins anew, from the answer to a join.
   * @param {{epoch: string, seq: number, messages: Message[]}} snapshot
   */
  reset({ epoch, seq, messages }) {
    this.epoch = epoch;
    this.seq = seq;
    this.#latestMessage = messages.at(-1)?.seq ?? 0;
    this.#hold(messages, messages.length < SNAPSHOT, true);
  }

  /**
   * The room went on without telling what happened in between. What is here stays to be read until it is asked for
   * anew, and is not at the end any more.
   * @param {{seq: number, messages: Message[]}} snapshot
   */
  skip({ seq, messages }) {
    this.seq = seq;
    this.#latestMessage = messages.at(-1)?.seq ?? 0;
    this.atEnd = false;
  }

  /**
   * @param {RoomEvent} event
   * @returns {'applied' | 'known' | 'gap'} `gap`: something before it is missing; join again from `seq`.
   */
  apply(event) {
    if (event.seq <= this.seq) return 'known';
    if (event.seq > this.seq + 1) return 'gap';
    this.seq = event.seq;
    this.meanwhile.heard(event);
    const { type, message } = event;
    if (type === 'message.posted' && message) this.#append(message);
    this.#amend(subjectOf(event), (old) => amended(old, event));
    return 'applied';
  }

  /**
   * A message, if the window holds it.
   * @param {string} id
   */
  message(id) {
    return this.messages.findLast((message) => message.id === id);
  }

  /**
   * A message as an answer brought it, which may be ahead of the events.
   * @param {Message} message
   */
  put(message) {
    this.#amend(message.id, () => message);
  }

  /**
   * How many messages follow this seq, or null where the window does not tell.
   * @param {number} seq
   */
  countAfter(seq) {
    if (!this.atEnd || this.epoch === null || (seq < this.#first - 1 && !this.atStart)) return null;
    const read = this.messages.findLastIndex((message) => message.seq <= seq);
    return this.messages.length - 1 - read;
  }

  /**
   * How many messages of the window stand after one seq and not after another.
   * @param {number} after
   * @param {number} upTo
   */
  countBetween(after, upTo) {
    return this.messages.filter(({ seq }) => seq > after && seq <= upTo).length;
  }

  /**
   * Somebody looks at the room, or no longer: then most of it is let go of.
   * @param {boolean} open
   */
  look(open) {
    this.#most = open ? WINDOW : AT_REST;
    this.#dropOldest();
  }

  /** @param {MessagePage} page oldest first */
  addOlder({ items, next }) {
    const first = this.#first;
    this.messages = [...said(items).filter((message) => message.seq < first), ...this.messages];
    this.#first = Math.min(first, items[0]?.seq ?? first);
    this.atStart = next === null;
    if (this.messages.length > WINDOW) {
      this.messages.length = WINDOW;
      this.#last = this.messages[WINDOW - 1].seq;
      this.atEnd = false;
    }
  }

  /** @param {MessagePage} page oldest first */
  addNewer({ items, next }) {
    const last = this.#last;
    this.messages = [...this.messages, ...said(items).filter((message) => message.seq > last)];
    this.#last = Math.max(last, items.at(-1)?.seq ?? last);
    this.#meetEnd(next);
    this.#dropOldest();
  }

  /**
   * Puts the window at the end of the room, with the latest page.
   * @param {MessagePage} page oldest first
   */
  showLatest({ items, next }) {
    this.#hold(items, next === null, false);
    this.#meetEnd(null);
  }

  /**
   * Puts the window somewhere else: a page that ends there, and the one that follows it.
   * @param {MessagePage} before
   * @param {MessagePage} after
   */
  showAround(before, after) {
    this.#hold([...before.items, ...after.items], before.next === null, false);
    this.#meetEnd(after.next);
  }

  /**
   * @param {Message[]} messages
   * @param {boolean} atStart
   * @param {boolean} atEnd
   */
  #hold(messages, atStart, atEnd) {
    this.messages = said(messages);
    this.#first = messages[0]?.seq ?? 1;
    this.#last = messages.at(-1)?.seq ?? 0;
    this.atStart = atStart;
    this.atEnd = atEnd;
  }

  /**
   * A message becomes another one in its place.
   * @param {string | undefined} id
   * @param {(message: Message) => Message} change
   */
  #amend(id, change) {
    if (id === undefined) return;
    const place = this.messages.findLastIndex((message) => message.id === id);
    if (place >= 0) this.messages = this.messages.with(place, change(this.messages[place]));
  }

  /** @param {Message} message */
  #append(message) {
    this.#latestMessage = message.seq;
    // A page may be ahead of the events, and have brought it already.
    if (!this.atEnd || message.seq <= this.#last) return;
    if (message.root === undefined) {
      if (this.messages.length >= this.#most && !this.following) {
        this.atEnd = false;
        return;
      }
      this.messages = [...this.messages, message];
      this.#dropOldest();
    }
    this.#last = message.seq;
  }

  /**
   * A page is as old as its request: an event that came in between was not put into the window, so it is at the end
   * only if it holds that one too.
   * @param {number | null} next
   */
  #meetEnd(next) {
    this.atEnd = next === null && this.#last >= this.#latestMessage;
  }

  #dropOldest() {
    if (this.messages.length <= this.#most) return;
    this.messages = this.messages.slice(-this.#most);
    this.#first = this.messages[0].seq;
    this.atStart = false;
  }
}

/** @param {Message[]} messages */
function said(messages) {
  return messages.filter((message) => message.root === undefined);
}
