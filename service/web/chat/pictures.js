/**
 * Pictures of messages, fetched with the token that `<img>` cannot send, and shown from memory. Each is fetched once,
 * however many places show it, and its address is let go when nobody has shown it for a while: otherwise a page that
 * stays open for weeks would keep all it ever saw.
 *
 * @typedef {'content' | 'thumbnail'} What
 */

/** How many stay that nobody shows now: one scrolls up, and down again. */
export const IDLE_MAX = 60;

export class Pictures {
  #api;
  /** @type {Map<string, {address: Promise<string>, users: number}>} the longest idle first */
  #kept = new Map();

  /** @param {Pick<import('./api.js').Api, 'file'>} api */
  constructor(api) {
    this.#api = api;
  }

  /**
   * Where it can be shown from; whoever took it lets it go with `release`.
   * @param {string} id
   * @param {What} what
   */
  take(id, what) {
    const key = `${what} ${id}`;
    const one = this.#kept.get(key) ?? { address: this.#fetch(key, id, what), users: 0 };
    one.users += 1;
    this.#kept.set(key, one);
    return one.address;
  }

  /**
   * @param {string} id
   * @param {What} what
   */
  release(id, what) {
    const key = `${what} ${id}`;
    const one = this.#kept.get(key);
    if (!one) return;
    one.users -= 1;
    this.#kept.delete(key);
    this.#kept.set(key, one); // at the end: it was used last
    const idle = [...this.#kept].filter(([, { users }]) => users === 0);
    for (const [old] of idle.slice(0, Math.max(0, idle.length - IDLE_MAX))) this.#forget(old);
  }

  /** Somebody else may sit here next. */
  clear() {
    for (const key of [...this.#kept.keys()]) this.#forget(key);
  }

  /**
   * @param {string} key
   * @param {string} id
   * @param {What} what
   */
  async #fetch(key, id, what) {
    try {
      return URL.createObjectURL(await this.#api.file(id, what));
    } catch (error) {
      this.#kept.delete(key); // whoever asks again asks the server again
      throw error;
    }
  }

  /** @param {string} key */
  #forget(key) {
    this.#kept.get(key)?.address.then((address) => URL.revokeObjectURL(address), () => {});
    this.#kept.delete(key);
  }
}
