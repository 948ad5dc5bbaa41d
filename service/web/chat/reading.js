/**
 * How far one has read in a room, and what came after that: as the server says it, and as events go on from there.
 * It is data and its changes; `Reader` tells the server.
 */

export class Reading {
  /** The seq up to which one has read. */
  seq = 0;
  /** How many messages came after it, without replies in threads. */
  count = 0;
  /** In how many of them, and of the replies, one is called. */
  mentions = 0;
  /** @type {number | null} the seq below which the line between read and new stands */
  line = null;
  /** Whether somebody looks at the room right now. */
  watched = false;
  /** One wants it unread from here on: to look at it does not count until one has left it. */
  held = false;

  /** The last event that has been counted. */
  #counted = 0;

  /** Whether what is seen counts as read. */
  get attends() {
    return this.watched && !this.held;
  }

  /**
   * What the server says, as of an event.
   * @param {import('./contract.js').You} you
   * @param {number} seq
   */
  know({ read, unread = 0, mentions = 0 }, seq) {
    if (read === undefined || seq < this.#counted) return;
    this.#counted = seq;
    // What was read here since then has not reached the server yet.
    if (read < this.seq && !this.held) return;
    if (unread > 0 && this.count === 0) this.line ??= read;
    this.seq = read;
    this.count = unread;
    this.mentions = mentions;
  }

  /** It is unread again from there on. @param {number} seq */
  back(seq) {
    if (seq >= this.seq) return;
    this.seq = seq;
    this.#counted = 0;
  }

  /** The log is another one, and its numbers begin anew. */
  reset() {
    this.seq = 0;
    this.#counted = 0;
    this.line = null;
    this.held = false;
  }

  /** Somebody else said something. @param {number} seq */
  said(seq) {
    if (seq <= this.#counted) return;
    this.#counted = seq;
    if (seq <= this.seq) return;
    if (this.count === 0) this.line ??= this.seq;
    this.count += 1;
  }

  /** One is called in something new. @param {number} seq */
  called(seq) {
    if (seq > this.seq) this.mentions += 1;
  }

  /**
   * One has read so far; answers whether that is further than before.
   * @param {number} seq
   * @param {number | null} left How many messages follow, or null where that is not known.
   */
  readTo(seq, left) {
    if (seq <= this.seq) return false;
    this.seq = seq;
    this.count = left ?? this.count;
    if (left === 0) this.mentions = 0;
    return true;
  }

  /**
   * The server's answer to having it unread from an earlier place.
   * @param {import('./contract.js').ReadAnswer} answer
   */
  unreadFrom({ seq, unread, mentions }) {
    Object.assign(this, { seq, count: unread, mentions, line: seq, held: true });
  }

  /** @param {boolean} watched */
  watch(watched) {
    if (watched && !this.watched) this.line = this.count > 0 ? this.seq : null;
    this.watched = watched;
  }

  /** One has gone elsewhere: the line has been seen, and what comes next is new again. */
  leave() {
    this.line = null;
    this.held = false;
  }
}
