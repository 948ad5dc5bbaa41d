/**
 * Notes how far one has read a room, and tells the server: not with every message, but soon, and never less than one
 * has read.
 */

/** How often at most. The others see it as soon, and on a busy day it is a command a second. */
export const READ_EVERY_MS = 1_000;

export class Reader {
  #around;
  /** What the server was told. */
  #told = 0;
  /** What it said that it knows. */
  #known = 0;
  #toldAt = -Infinity;
  #cancel = () => {};
  #due = false;

  /**
   * @param {object} around
   * @param {string} around.slug
   * @param {import('./reading.js').Reading} around.reading
   * @param {import('./room_log.js').RoomLog} around.log
   * @param {Pick<import('./api.js').Api, 'read'>} around.api
   * @param {() => void} around.changed
   * @param {Pick<import('./connection.js').Connection, 'command'>} around.connection
   * @param {import('./clock.js').Clock} around.clock
   * @param {() => boolean} around.joined
   */
  constructor(around) {
    this.#around = around;
  }

  /**
   * One has seen the room up to an event.
   * @param {number} seq
   */
  seen(seq) {
    const { reading, log, changed } = this.#around;
    if (!reading.attends || seq <= reading.seq) return;
    const left = log.countAfter(seq) ?? Math.max(0, reading.count - log.countBetween(reading.seq, seq));
    reading.readTo(seq, left);
    this.soon();
    changed();
  }

  /**
   * One wants it unread from there on.
   * @param {number} seq
   */
  async unreadFrom(seq) {
    const { api, slug, reading, changed } = this.#around;
    this.stop();
    const answer = await api.read(slug, seq);
    this.knows(answer.seq);
    reading.unreadFrom(answer);
    changed();
  }

  /** The server says so itself. @param {number} seq */
  knows(seq) {
    this.#told = seq;
    this.#known = seq;
  }

  /**
   * Joined again: the server says how far one has read. Where that is less than it knew, one has had it unread again
   * on another device; where it is less than one has read here, it has not heard of that yet.
   * @param {number} seq
   */
  resumed(seq) {
    const { reading } = this.#around;
    if (reading.seq <= this.#known) reading.back(seq);
    this.knows(seq);
  }

  /** One has read further: told now, or as soon as it may be told again. */
  soon() {
    if (this.#due) return;
    const wait = this.#toldAt + READ_EVERY_MS - this.#around.clock.now();
    if (wait <= 0) return this.now();
    this.#due = true;
    this.#cancel = this.#around.clock.after(wait, () => this.now());
  }

  /** What is left to tell, told: the room is joined again, or one leaves it. */
  now() {
    this.stop();
    const { reading, joined, connection, slug, clock } = this.#around;
    if (!joined() || reading.seq <= this.#told || reading.held) return;
    this.#told = reading.seq;
    this.#toldAt = clock.now();
    const { seq } = reading;
    connection.command({ type: 'read', room: slug, seq }, (reply) => {
      if (reply.type === 'ok') this.#known = Math.max(this.#known, seq);
    });
  }

  stop() {
    this.#cancel();
    this.#due = false;
  }
}
