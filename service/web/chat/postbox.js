/**
 * The outboxes of all rooms, kept in the browser's store: what was written and not sent yet survives a reload, a
 * crash and a day without a network. Each entry belongs to one tab, which sends it; see `claims.js`.
 *
 * @typedef {import('./outbox.js').Outgoing} Outgoing
 * @typedef {(slug: string, items: Outgoing[]) => void} Deliver Takes entries that an earlier page left behind.
 */

export class Postbox {
  #store;
  #claims;
  #account;

  /**
   * @param {object} parts
   * @param {import('./store.js').Store} parts.store
   * @param {import('./claims.js').Claims} parts.claims
   * @param {string} parts.account
   */
  constructor({ store, claims, account }) {
    this.#store = store;
    this.#claims = claims;
    this.#account = account;
  }

  /**
   * Takes over what other tabs left behind, oldest first.
   * @param {Deliver} deliver
   */
  async collect(deliver) {
    await this.#claims.alone(this.#account, async () => {
      const others = await this.#claims.others();
      const left = (await this.#store.all('outbox')).filter(({ tab }) => tab !== this.#claims.tab && !others.has(tab));
      for (const record of left) await this.#store.put('outbox', { ...record, tab: this.#claims.tab });
      left.sort((a, b) => a.item.at - b.item.at || (a.key < b.key ? -1 : 1));
      for (const room of new Set(left.map(({ slug }) => slug))) {
        deliver(room, left.filter(({ slug }) => slug === room).map(({ item }) => item));
      }
    });
  }

  /**
   * @param {string} slug
   * @param {Outgoing} item
   */
  keep(slug, item) {
    const { state, seq: _, ...written } = item;
    const kept = { ...written, state: state === 'failed' ? state : 'waiting' };
    this.#store.put('outbox', { key: item.nonce, slug, tab: this.#claims.tab, item: kept });
  }

  /** @param {string} nonce */
  drop(nonce) {
    this.#store.remove('outbox', nonce);
  }
}
