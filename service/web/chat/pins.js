/**
 * A room's pinned messages: asked for when somebody looks at them, and kept current by the room's events.
 *
 * @typedef {import('./contract.js').Message} Message
 */

import { amended, subjectOf } from './amendment.js';
import { quietly } from './quietly.js';

export class Pins {
  /** Whether the list was ever loaded. */
  known = false;
  /** @type {Message[]} the latest pin first */
  items = [];
  #around;

  /**
   * @param {object} around
   * @param {string} around.slug
   * @param {import('./room_log.js').RoomLog} around.log
   * @param {Pick<import('./api.js').Api, 'pins'>} around.api
   * @param {() => void} around.changed
   */
  constructor(around) {
    this.#around = around;
  }

  /** Asks for the list. Failing is the caller's to show. */
  async load() {
    const { api, slug, log, changed } = this.#around;
    const { items } = await log.meanwhile.during(async () => ({ items: await api.pins(slug) }));
    this.items = items.filter(({ pinned }) => pinned);
    this.known = true;
    changed();
  }

  /** @param {import('./contract.js').RoomEvent} event */
  heard(event) {
    if (!this.known) return;
    const id = subjectOf(event);
    const there = this.items.some((message) => message.id === id);
    this.items = this.items.map((one) => (one.id === id ? amended(one, event) : one)).filter(({ pinned }) => pinned);
    const comes = event.type === 'message.pinned' || (event.type === 'message.restored' && event.message?.pinned);
    if (comes && !there) this.#add(event);
  }

  /** The log is another one, or has a hole. */
  forget() {
    if (this.known) quietly(this.load());
  }

  /** @param {import('./contract.js').RoomEvent} event */
  #add(event) {
    const message = this.#around.log.message(subjectOf(event) ?? '');
    if (message?.pinned) this.items = [message, ...this.items];
    else quietly(this.load());
  }
}
