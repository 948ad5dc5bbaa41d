/**
 * Whom one has blocked: asked for once, and kept as one goes on. Those who are blocked are not told.
 */

export class Blocks extends EventTarget {
  #api;
  /** @type {Map<string, string>} names by username */
  #blocked = new Map();
  /** @type {Promise<void> | null} */
  #loading = null;

  /** @param {Pick<import('./api.js').Api, 'blocks' | 'block'>} api */
  constructor(api) {
    super();
    this.#api = api;
  }

  /** Asks for them, if that was not done yet. Failing is the caller's to show. */
  load() {
    this.#loading ??= this.#api.blocks().then(
      (list) => {
        this.#blocked = new Map(list.map(({ user, name }) => [user, name]));
        this.#changed();
      },
      (error) => {
        this.#loading = null;
        throw error;
      },
    );
    return this.#loading;
  }

  /** @returns {{user: string, name: string}[]} */
  list() {
    return [...this.#blocked].map(([user, name]) => ({ user, name }));
  }

  /** @param {string} username */
  has(username) {
    return this.#blocked.has(username);
  }

  /**
   * @param {string} username
   * @param {string} name
   * @param {boolean} on
   */
  async set(username, name, on) {
    await this.#api.block(username, on);
    if (on) this.#blocked.set(username, name);
    else this.#blocked.delete(username);
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}
