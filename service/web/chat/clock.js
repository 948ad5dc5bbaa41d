/**
 * Time as a thing that is passed in, so that tests turn the hands themselves and never sleep.
 *
 * @typedef {object} Clock
 * @property {() => number} now Milliseconds since the epoch.
 * @property {(ms: number, call: () => void) => (() => void)} after Calls once, later; answers with what cancels it.
 */

/** @type {Clock} */
export const systemClock = {
  now: () => Date.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
