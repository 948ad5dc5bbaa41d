/**
 * What of one person's chat outlives the page in this browser: what stands half written, and what was written and not
 * sent. Signing out forgets all of it.
 *
 * @typedef {import('./outbox.js').Outgoing} Outgoing
 * @typedef {import('./room.js').Room} Room
 */

import { Drafts } from './drafts.js';
import { Postbox } from './postbox.js';

export class Keeping {
  drafts;
  postbox;
  #store;
  #rooms;
  /** @type {Map<string, Outgoing[]>} what an earlier page left for rooms that one is not in now, by slug */
  #undelivered = new Map();

  /**
   * @param {object} parts
   * @param {import('./store.js').Store} parts.store
   * @param {import('./claims.js').Claims} parts.claims
   * @param {import('./clock.js').Clock} parts.clock
   * @param {string} parts.account
   * @param {Map<string, Room>} parts.rooms By slug.
   */
  constructor({ store, claims, clock, account, rooms }) {
    this.#store = store;
    this.#rooms = rooms;
    this.postbox = new Postbox({ store, claims, account });
    this.drafts = new Drafts({ store, clock });
  }

  /** How many messages the server does not have yet. */
  get waiting() {
    let sum = 0;
    for (const room of this.#rooms.values()) sum += room.outbox.waiting;
    return sum;
  }

  /** Takes over what tabs that have ended left behind. */
  async collect() {
    await this.postbox.collect((slug, items) => {
      const room = this.#rooms.get(slug);
      if (room) room.restore(items);
      else this.#undelivered.set(slug, items);
    });
  }

  /** Gives a room that one is in at last what was left for it. @param {Room} room */
  deliver(room) {
    room.restore(this.#undelivered.get(room.slug) ?? []);
    this.#undelivered.delete(room.slug);
  }

  /** Nothing of this person is left in this browser. */
  async forget() {
    this.drafts.forget();
    this.#undelivered.clear();
    for (const room of this.#rooms.values()) room.outbox.items = [];
    await this.#store.clear();
  }
}
