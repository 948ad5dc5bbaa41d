/**
 * A list that comes in pages, newest first or as the server has it: the first page, then as many more as somebody wants
 * to see. Emits `change`.
 *
 * @template T
 */

import { Problem } from '../problem.js';
import { SessionEnded } from '../session.js';

/** @template T */
export class Pages extends EventTarget {
  /** @type {T[]} */
  items = [];
  loading = false;
  /** Whether the first page was ever here. */
  loaded = false;
  /** @type {Problem | null} */
  problem = null;

  #api;
  #path = '';
  /** @type {Record<string, string>} */
  #query = {};
  /** @type {string | null} */
  #next = null;
  #questions = 0;

  /** @param {Pick<import('../api.js').Api, 'ask'>} api */
  constructor(api) {
    super();
    this.#api = api;
  }

  get hasMore() {
    return this.#next !== null;
  }

  /**
   * Asks for the first page of a list. What was there stays until the answer comes, unless it is another list.
   * @param {string} path
   * @param {Record<string, string | undefined>} [query] What is empty is left out.
   */
  async show(path, query = {}) {
    const wanted = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined && value !== ''));
    const same = path === this.#path && JSON.stringify(wanted) === JSON.stringify(this.#query);
    if (!same) {
      this.items = [];
      this.loaded = false;
    }
    this.#path = path;
    this.#query = /** @type {Record<string, string>} */ (wanted);
    await this.#load(null);
  }

  /** The same list anew. */
  refresh() {
    return this.#load(null);
  }

  async more() {
    if (this.#next !== null && !this.loading) await this.#load(this.#next);
  }

  /** All that there is, page after page. */
  async all() {
    while (this.#next !== null && this.problem === null) await this.#load(this.#next);
  }

  /**
   * Changes what is shown without asking, where one knows better.
   * @param {(items: T[]) => T[]} change
   */
  revise(change) {
    this.items = change(this.items);
    this.#changed();
  }

  /** @param {string | null} cursor */
  async #load(cursor) {
    const question = (this.#questions += 1);
    this.loading = true;
    this.problem = null;
    this.#changed();
    try {
      const query = new URLSearchParams({ ...this.#query, ...(cursor === null ? {} : { cursor }) });
      const page = await this.#api.ask(query.size > 0 ? `${this.#path}?${query}` : this.#path);
      if (question !== this.#questions) return;
      this.items = cursor === null ? page.items : [...this.items, ...page.items];
      this.#next = page.next;
      this.loaded = true;
    } catch (error) {
      if (error instanceof SessionEnded || question !== this.#questions) return;
      if (!(error instanceof Problem)) throw error;
      this.problem = error;
    } finally {
      if (question === this.#questions) this.loading = false;
      this.#changed();
    }
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}
