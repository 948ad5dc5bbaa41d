/**
 * A clock whose hands the test turns. Nothing sleeps: an hour passes in one call.
 */

/** 22 September 2026, 12:26:40 UTC. */
export const STARTED_AT = 1_790_080_000_000;

/** A browser's timer that is set for longer than this calls at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;

export class VirtualClock {
  #now = STARTED_AT;
  #due = [];

  now = () => this.#now;

  after = (ms, call) => {
    const entry = { at: this.#now + (ms > TIMER_MAX_MS ? 0 : Math.max(0, ms)), call };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((one) => one !== entry);
    };
  };

  /** How many calls are still to come: what was let go of must not tick on. */
  get pending() {
    return this.#due.length;
  }

  /** Lets time pass, and what is due happen in its order, with everything that follows from it. */
  async advance(ms) {
    const end = this.#now + ms;
    for (;;) {
      await settled();
      const next = this.#due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#due = this.#due.filter((one) => one !== next);
      this.#now = Math.max(this.#now, next.at);
      next.call();
    }
    this.#now = end;
    await settled();
  }
}

/** All promises that can settle by themselves have done so. */
export function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}
