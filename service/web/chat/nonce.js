/**
 * Names for messages before the server has named them. They begin with the time, so that the server's index of nonces
 * grows at one end instead of everywhere, and end with chance, so that two tabs never pick the same.
 */

const TIME_DIGITS = 9;
const COUNT_DIGITS = 2;
const COUNT_LIMIT = 36 ** COUNT_DIGITS;
const CHANCE_DIGITS = 8;

export class Nonces {
  #clock;
  #random;
  #count = 0;

  /**
   * @param {import('./clock.js').Clock} clock
   * @param {() => number} random
   */
  constructor(clock, random) {
    this.#clock = clock;
    this.#random = random;
  }

  next() {
    this.#count = (this.#count + 1) % COUNT_LIMIT;
    const chance = Math.floor(this.#random() * 36 ** CHANCE_DIGITS);
    return [
      digits(this.#clock.now(), TIME_DIGITS),
      digits(this.#count, COUNT_DIGITS),
      digits(chance, CHANCE_DIGITS),
    ].join('-');
  }
}

/**
 * @param {number} value
 * @param {number} width
 */
function digits(value, width) {
  return value.toString(36).padStart(width, '0');
}
