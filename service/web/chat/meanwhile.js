/**
 * What happened while a page was on its way. A page is as old as its request, or a little younger, and nobody knows
 * which; so the events since then are applied to what is on it.
 *
 *     const page = await meanwhile.during(() => api.messages(slug, { before }));
 */

import { amended, subjectOf } from './amendment.js';

/**
 * @typedef {import('./contract.js').Message} Message
 * @typedef {import('./contract.js').RoomEvent} RoomEvent
 */

export class Meanwhile {
  #pages = 0;
  /** @type {Map<string, RoomEvent[]>} by the message that they are about */
  #events = new Map();

  /** @param {RoomEvent} event */
  heard(event) {
    const id = this.#pages > 0 ? subjectOf(event) : undefined;
    if (id !== undefined) this.#events.set(id, [...(this.#events.get(id) ?? []), event]);
  }

  /**
   * @template {{items: Message[]}} Page
   * @param {() => Promise<Page>} load
   * @returns {Promise<Page>}
   */
  async during(load) {
    this.#pages += 1;
    try {
      const page = await load();
      return { ...page, items: page.items.map((message) => this.#asNow(message)) };
    } finally {
      this.#pages -= 1;
      if (this.#pages === 0) this.#events.clear();
    }
  }

  /** @param {Message} message */
  #asNow(message) {
    return (this.#events.get(message.id) ?? []).reduce(amended, message);
  }
}
