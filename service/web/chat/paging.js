/**
 * A list that comes in pages: what is here, whether there is more, and what went wrong on the way. One page at a time.
 * Emits `change`.
 *
 * @template T
 * @typedef {{items: T[], next: string | null}} Page
 */

import { Problem } from './problem.js';
import { SessionEnded } from './session.js';

/** @template T */
export class Paging extends EventTarget {
  /** @type {T[]} */
  items = [];
  /** Whether anything came yet. */
  known = false;
  loading = false;
  /** @type {Problem | SessionEnded | null} */
  problem = null;
  #fetch;
  /** @type {string | null} */
  #next = null;
  /** Counts the beginnings: the answer to an earlier one comes too late. */
  #turn = 0;

  /** @param {(cursor: string | null) => Promise<Page<T>>} fetch */
  constructor(fetch) {
    super();
    this.#fetch = fetch;
  }

  get more() {
    return this.#next !== null;
  }

  /** Begins anew; what is here stays until there is something else. */
  load() {
    this.#turn += 1;
    return this.#page(null, []);
  }

  async loadMore() {
    if (this.#next !== null && !this.loading) await this.#page(this.#next, this.items);
  }

  /** Forgets all, and what is on its way. */
  clear() {
    this.#turn += 1;
    Object.assign(this, { items: [], known: false, loading: false, problem: null });
    this.#next = null;
    this.changed();
  }

  changed() {
    this.dispatchEvent(new Event('change'));
  }

  /**
   * @param {string | null} cursor
   * @param {T[]} before
   */
  async #page(cursor, before) {
    const turn = this.#turn;
    Object.assign(this, { loading: true, problem: null });
    this.changed();
    try {
      const page = await this.#fetch(cursor);
      if (turn !== this.#turn) return;
      Object.assign(this, { items: [...before, ...page.items], known: true });
      this.#next = page.next;
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      if (turn === this.#turn) this.problem = error;
    } finally {
      if (turn === this.#turn) {
        this.loading = false;
        this.changed();
      }
    }
  }
}
