/**
 * What was done a moment ago, with the way back at hand. Each stays for a while, longer where somebody looks at it, and
 * is then to be found in the list of what was done. Emits `change`.
 *
 * @typedef {object} Doing
 * @property {string} key
 * @property {import('./wishes.js').Wish} wish
 * @property {string | null} action The id under which it is undone; null: it can't be.
 * @property {'done' | 'undoing' | 'undone' | 'refused'} state
 * @property {Problem | null} refusal Why it could not be undone.
 */

import { Problem } from '../problem.js';
import { SessionEnded } from '../session.js';

export const STANDS_MS = 10_000;

/** Of what was done at once, the rest is in the list. */
export const SHOWN = 3;

export class Undo extends EventTarget {
  /** @type {Doing[]} newest last */
  doings = [];

  #api;
  #clock;
  #count = 0;
  /** @type {Map<string, () => void>} what cancels the end of each */
  #ends = new Map();
  #held = false;

  /**
   * @param {Pick<import('../api.js').Api, 'act'>} api
   * @param {import('../clock.js').Clock} clock
   */
  constructor(api, clock) {
    super();
    this.#api = api;
    this.#clock = clock;
  }

  /**
   * @param {import('./wishes.js').Wish} wish
   * @param {string | null} action
   */
  offer(wish, action) {
    const key = String((this.#count += 1));
    this.#put([...this.doings, { key, wish, action, state: /** @type {const} */ ('done'), refusal: null }].slice(-SHOWN));
    this.#endLater(key);
  }

  /** @param {string} key */
  async undo(key) {
    const doing = this.doings.find((one) => one.key === key);
    if (!doing || doing.action === null || doing.state !== 'done') return;
    this.#ends.get(key)?.();
    this.#change(key, { state: 'undoing' });
    try {
      await this.#api.act('POST', `/api/moderation/${encodeURIComponent(doing.action)}/undo`);
      this.#change(key, { state: 'undone' });
    } catch (error) {
      if (error instanceof SessionEnded) return this.dismiss(key);
      if (!(error instanceof Problem)) throw error;
      // Without an answer nobody knows; to try again is safe, for a second undo says that there was a first.
      if (error.code === 'unreachable') this.#change(key, { state: 'done', refusal: error });
      else this.#change(key, { state: 'refused', refusal: error });
    }
    this.#endLater(key);
  }

  /** @param {string} key */
  dismiss(key) {
    this.#ends.get(key)?.();
    this.#ends.delete(key);
    this.#put(this.doings.filter((one) => one.key !== key));
  }

  /** Somebody points at them, or is there by keyboard: what one reads must not go away. @param {boolean} held */
  hold(held) {
    if (this.#held === held) return;
    this.#held = held;
    for (const { key } of this.doings) this.#endLater(key);
  }

  /** @param {string} key */
  #endLater(key) {
    this.#ends.get(key)?.();
    if (this.#held) this.#ends.delete(key);
    else this.#ends.set(key, this.#clock.after(STANDS_MS, () => this.dismiss(key)));
  }

  /** @param {string} key @param {Partial<Doing>} change */
  #change(key, change) {
    this.#put(this.doings.map((one) => (one.key === key ? { ...one, ...change } : one)));
  }

  /** @param {Doing[]} doings */
  #put(doings) {
    for (const [key, cancel] of this.#ends) {
      if (doings.some((one) => one.key === key)) continue;
      cancel();
      this.#ends.delete(key);
    }
    this.doings = doings;
    this.dispatchEvent(new Event('change'));
  }
}
