/**
 * What an act would touch, asked while it is still being thought about: a moment after the last change, and of several
 * answers only the one to the last question counts. Emits `change`.
 *
 * @typedef {import('./wishes.js').Wish} Wish
 *
 * @typedef {object} Preview What the server says that it would do.
 * @property {number} messages
 * @property {number} rooms
 * @property {number} members
 * @property {number} connections
 * @property {number} [looked_at] Of a filter: in how many messages it was looked for.
 */

import { Problem } from '../problem.js';
import { SessionEnded } from '../session.js';

/** Long enough that typing a word does not ask for each letter, short enough not to be noticed. */
export const PAUSE_MS = 250;

export class Rehearsal extends EventTarget {
  /** @type {'idle' | 'asking' | 'known' | 'refused'} */
  state = 'idle';
  /** @type {Preview | null} */
  preview = null;
  /** @type {Problem | null} why it can't be done */
  refusal = null;

  #ask;
  #clock;
  #questions = 0;
  #cancel = () => {};

  /**
   * @param {(wish: Wish) => Promise<Preview>} ask
   * @param {import('../clock.js').Clock} clock
   */
  constructor(ask, clock) {
    super();
    this.#ask = ask;
    this.#clock = clock;
  }

  /** @param {Wish | null} wish Nothing: it is not yet said what is to be done. */
  consider(wish) {
    this.#cancel();
    const question = (this.#questions += 1);
    if (wish === null) return this.#become('idle');
    this.#cancel = this.#clock.after(PAUSE_MS, () => this.#answer(wish, question));
    if (this.state !== 'asking') this.#become('asking');
  }

  /** Nobody waits for the answer any more. */
  stop() {
    this.#cancel();
    this.#questions += 1;
  }

  /** @param {Wish} wish @param {number} question */
  async #answer(wish, question) {
    try {
      const preview = await this.#ask(wish);
      if (question === this.#questions) this.#become('known', preview);
    } catch (error) {
      if (question !== this.#questions || error instanceof SessionEnded) return;
      if (!(error instanceof Problem)) throw error;
      this.#become('refused', null, error);
    }
  }

  /**
   * @param {Rehearsal['state']} state
   * @param {Preview | null} [preview]
   * @param {Problem | null} [refusal]
   */
  #become(state, preview = null, refusal = null) {
    this.state = state;
    this.preview = preview;
    this.refusal = refusal;
    this.dispatchEvent(new Event('change'));
  }
}
