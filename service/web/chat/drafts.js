/**
 * What stands half written in the composers, by room and thread. It is kept in the browser's store a moment after the
 * last key, and taken from there when the page begins.
 */

/** Not with every key: a fast typist would write to the disk ten times a second. */
export const KEEP_AFTER_MS = 400;

/** @typedef {{text: string}} Draft */

export class Drafts {
  #store;
  #clock;
  /** @type {Map<string, string>} */
  #texts = new Map();
  /** @type {Map<string, () => void>} what waits to be kept, and what calls it off */
  #due = new Map();

  /**
   * @param {object} parts
   * @param {import('./store.js').Store} parts.store
   * @param {import('./clock.js').Clock} parts.clock
   */
  constructor({ store, clock }) {
    this.#store = store;
    this.#clock = clock;
  }

  async load() {
    for (const { key, text } of await this.#store.all('drafts')) if (!this.#texts.has(key)) this.#texts.set(key, text);
  }

  /** Whether something stands there. @param {string} slug */
  has(slug) {
    return (this.#texts.get(slug) ?? '').trim() !== '';
  }

  /**
   * A room's, or a thread's: `text` is read and written.
   * @param {string} slug
   * @param {string} [root]
   * @returns {Draft}
   */
  of(slug, root) {
    const key = root === undefined ? slug : `${slug}/${root}`;
    const read = () => this.#texts.get(key) ?? '';
    const write = (/** @type {string} */ text) => this.#write(key, text);
    return {
      get text() {
        return read();
      },
      set text(text) {
        write(text);
      },
    };
  }

  /** What waits to be kept is kept now: the page may be about to end. */
  keepNow() {
    for (const [key, cancel] of [...this.#due]) {
      cancel();
      this.#keep(key);
    }
  }

  /** Nothing is kept any more. */
  forget() {
    for (const cancel of this.#due.values()) cancel();
    this.#due.clear();
    this.#texts.clear();
  }

  /** @param {string} key @param {string} text */
  #write(key, text) {
    if (text === (this.#texts.get(key) ?? '')) return;
    this.#texts.set(key, text);
    this.#due.get(key)?.();
    this.#due.set(key, this.#clock.after(KEEP_AFTER_MS, () => this.#keep(key)));
  }

  /** @param {string} key */
  #keep(key) {
    this.#due.delete(key);
    const text = this.#texts.get(key) ?? '';
    if (text === '') this.#store.remove('drafts', key);
    else this.#store.put('drafts', { key, text });
  }
}
