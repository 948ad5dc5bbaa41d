/**
 * Keeps a client under the server's limit of commands a second, so that joining many rooms after a reconnect is not
 * taken for a flood. A token bucket; it holds no timers.
 */

/** The share of the allowed rate that is used: the two clocks do not agree on where a second begins. */
const SHARE = 0.8;

export class Pace {
  #rate;
  #tokens;
  #at;

  /**
   * @param {number} perSecond What the server allows.
   * @param {number} now Milliseconds.
   */
  constructor(perSecond, now) {
    this.#rate = Math.max(1, perSecond * SHARE);
    this.#tokens = this.#rate;
    this.#at = now;
  }

  /**
   * Takes one command's worth and answers 0, or answers how many milliseconds to wait before asking again.
   * @param {number} now
   */
  take(now) {
    this.#tokens = Math.min(this.#rate, this.#tokens + ((now - this.#at) / 1000) * this.#rate);
    this.#at = now;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return 0;
    }
    return Math.ceil(((1 - this.#tokens) / this.#rate) * 1000);
  }
}
