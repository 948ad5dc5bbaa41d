/**
 * Whom one has blocked. Those who are blocked are not told. Emits `change`.
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

  /** Asks for them: they may have been changed elsewhere. Failing is the caller's to show. */
  load() {
    this.#loading ??= this.#fetch().finally(() => {
      this.#loading = null;
    });
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

  async #fetch() {
    this.#blocked = new Map((await this.#api.blocks()).map(({ user, name }) => [user, name]));
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}
