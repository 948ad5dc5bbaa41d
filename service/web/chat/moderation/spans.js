/**
 * How long something lasts, as people choose it: ten minutes, a day, until a moment, for good.
 */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** @type {Record<string, number>} by the name of a choice, in milliseconds */
export const SPANS = {
  '10min': 10 * MINUTE_MS,
  '1h': HOUR_MS,
  '1d': DAY_MS,
  '1w': 7 * DAY_MS,
};

/** What is left to say oneself, and what has no end. */
export const UNTIL = 'until';
export const FOR_GOOD = 'forever';

/**
 * The end of a span that begins now, as the server wants it; undefined: none; null: it is not said yet, or is over.
 * @param {string} choice
 * @param {string} moment Of `UNTIL`: what stands in a field for a date and a time, in the reader's zone.
 * @param {number} now
 * @returns {string | undefined | null}
 */
export function endOfSpan(choice, moment, now) {
  if (choice === FOR_GOOD) return undefined;
  if (choice !== UNTIL) return new Date(now + SPANS[choice]).toISOString();
  const end = new Date(moment);
  return Number.isNaN(end.getTime()) || end.getTime() <= now ? null : end.toISOString();
}

/**
 * When a span began that ends now: what was said since then.
 * @param {string} choice
 * @param {number} now
 */
export function beginningOfSpan(choice, now) {
  return choice === FOR_GOOD ? new Date(0).toISOString() : new Date(now - SPANS[choice]).toISOString();
}
