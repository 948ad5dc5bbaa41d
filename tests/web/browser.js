/**
 * What a browser gives its tabs, without one: storage, a channel between tabs, and locks.
 */

/** Storage as the page sees it, over one map for all tabs. */
export function storageOver(map) {
  return {
    get: (key) => map.get(key) ?? null,
    set: (key, value) => (value === null ? map.delete(key) : map.set(key, value)),
  };
}

/** Channels of one name: what one tab posts, all others hear. */
export class Air {
  #channels = [];

  channel() {
    const channel = { onmessage: null, postMessage: (data) => this.#others(channel).forEach((one) => one.onmessage?.({ data })) };
    this.#channels.push(channel);
    return channel;
  }

  #others(channel) {
    return this.#channels.filter((one) => one !== channel);
  }
}

/** The locks of one browser; `tab()` is what one tab has of them, and `close()` lets go of all that it holds. */
export class LockTable {
  #held = [];
  #queue = [];

  tab() {
    const tab = {};
    const query = async () => ({ held: this.#held.map(({ name }) => ({ name })) });
    const request = (name, options, act) => {
      this.#queue.push({ tab, name, mode: options.mode ?? 'exclusive', act });
      this.#grant();
    };
    const close = () => {
      this.#queue = this.#queue.filter((one) => one.tab !== tab);
      this.#held = this.#held.filter((one) => one.tab !== tab);
      this.#grant();
    };
    return { query, request, close };
  }

  #grant() {
    for (const wish of [...this.#queue]) {
      const holders = this.#held.filter(({ name }) => name === wish.name);
      if (!holders.every(({ mode }) => mode === 'shared' && wish.mode === 'shared')) continue;
      this.#queue = this.#queue.filter((one) => one !== wish);
      this.#held.push(wish);
      wish.act().then(() => {
        this.#held = this.#held.filter((one) => one !== wish);
        this.#grant();
      });
    }
  }
}
