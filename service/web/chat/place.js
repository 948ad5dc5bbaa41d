/**
 * Where in a room one reads, and how one gets there: to what is new, to a message, to the end. It brings the log's
 * window and the view to the place; to scroll there is for who draws it.
 *
 * @typedef {import('./contract.js').Message} Message
 */

import { Problem } from './problem.js';
import { quietly } from './quietly.js';

const NOT_FOUND = 404;

/** How long it is said that a message is not there: it is read once. */
const MISSED_STANDS_MS = 8_000;

export class Place {
  /** Whether the place is being looked for. */
  finding = false;
  /** Whether the message that somebody wanted to see is not there for them. */
  missed = false;
  #room;
  #api;
  #clock;
  #opened = false;
  /** Counts the ways: an answer to an earlier wish must not lead away from a later one. */
  #ways = 0;

  /**
   * @param {import('./room.js').Room} room
   * @param {Pick<import('./room.js').Surroundings, 'api' | 'clock'>} around
   */
  constructor(room, { api, clock }) {
    this.#room = room;
    this.#api = api;
    this.#clock = clock;
    room.log.look(false);
  }

  /** The room is here, maybe for the first time. */
  begin() {
    if (!this.#opened) this.arrive();
  }

  /** One looks at the room: at the first thing that is new, or else where one was. */
  async arrive() {
    const { log, reading, view, loaded } = this.#room;
    if (!loaded || (this.#opened && !log.following)) return;
    const back = !this.#opened;
    this.#opened = true;
    log.look(true);
    const { seq, count } = reading;
    if (count === 0) return back && !log.atEnd ? quietly(this.goToEnd()) : undefined;
    log.following = false;
    reading.line = seq;
    if (!log.atStart && seq < log.first - 1) {
      const way = this.#begin();
      const there = await quietly(this.#bring(seq));
      if (way !== this.#ways) return;
      this.finding = false;
      if (!there) return this.#end();
    }
    view.around(seq + 1, { to: 'line' });
    this.#room.changed();
  }

  /** One has gone to another room, and comes back to where that one is then. */
  left() {
    const { log, view } = this.#room;
    this.#opened = false;
    this.#ways += 1;
    this.finding = false;
    this.missed = false;
    if (log.atEnd) this.#end();
    else view.look({ to: 'end' });
    log.look(false);
  }

  /**
   * @param {Message | string} wanted A message, or its id. A reply is shown in its thread, and the room at its root.
   *   Failing is the caller's to show, but for a message that is not there: that is told in the room.
   */
  async goTo(wanted) {
    const room = this.#room;
    this.#opened = true;
    room.log.look(true);
    const way = this.#begin();
    try {
      await this.#loaded();
      const message = typeof wanted === 'string' ? await this.#message(wanted) : wanted;
      if (way !== this.#ways) return;
      if (message.root) room.openThreadOf(message.root, message.id);
      const shown = message.root ? await this.#message(message.root) : message;
      if (way !== this.#ways) return;
      if (!room.log.message(shown.id)) await this.#bring(shown.seq);
      if (way !== this.#ways) return;
      room.log.following = false;
      room.view.around(shown.seq, { to: 'message', id: shown.id });
    } catch (error) {
      if (way === this.#ways && error instanceof Problem && error.status === NOT_FOUND) this.#miss();
      throw error;
    } finally {
      if (way === this.#ways) this.finding = false;
      room.changed();
    }
  }

  async goToEnd() {
    const { history, log } = this.#room;
    const way = this.#begin();
    try {
      if (!log.atEnd) await history.show('latest');
    } finally {
      if (way === this.#ways) this.finding = false;
    }
    if (way === this.#ways) this.#end();
  }

  /**
   * The room begins anew, or went on without telling what happened in between. Who reads at the end is brought to it;
   * who reads elsewhere stays there, with what is there now.
   * @param {{epoch: string, seq: number, messages: Message[]}} snapshot
   * @param {boolean} another Whether the log is another one.
   */
  async reset(snapshot, another) {
    const { log, view } = this.#room;
    const middle = view.messages[Math.floor(view.messages.length / 2)];
    if (another || log.following || !middle) {
      log.reset(snapshot);
      return this.#end();
    }
    log.skip(snapshot);
    const way = this.#begin();
    this.finding = false;
    const there = await quietly(this.#bring(middle.seq));
    if (there && way === this.#ways) this.#room.changed();
  }

  #miss() {
    this.missed = true;
    this.#clock.after(MISSED_STANDS_MS, () => {
      this.missed = false;
      this.#room.changed();
    });
  }

  /** The room is here, or will not come. */
  #loaded() {
    const room = this.#room;
    const settled = () => room.loaded || !['apart', 'joining'].includes(room.state);
    if (settled()) return Promise.resolve();
    return new Promise((resolve) => {
      const look = () => {
        if (!settled()) return;
        room.removeEventListener('change', look);
        resolve(undefined);
      };
      room.addEventListener('change', look);
    });
  }

  /** @param {number} seq */
  async #bring(seq) {
    await this.#room.history.around(seq);
    return true;
  }

  /** @param {string} id */
  async #message(id) {
    return this.#room.log.message(id) ?? this.#api.message(id);
  }

  #begin() {
    this.finding = true;
    this.missed = false;
    this.#ways += 1;
    this.#room.changed();
    return this.#ways;
  }

  #end() {
    const { log, view } = this.#room;
    log.following = true;
    view.look({ to: 'end' });
    this.#room.changed();
  }
}
