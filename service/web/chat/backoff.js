/**
 * How long to wait before the next attempt to connect: a pure schedule, no timers.
 *
 * Half of each delay is chance. After a restart all clients of a server come back at once; without the jitter they
 * would come back together at every further attempt too.
 */

export const FIRST_DELAY_MS = 500;
export const LONGEST_DELAY_MS = 30_000;

/**
 * @param {number} attempt How many attempts have failed in a row, from 0.
 * @param {number} chance Evenly spread, from 0 to 1.
 * @param {number} [atLeast] A floor in milliseconds, for a server that said that it is overloaded.
 */
export function delayBefore(attempt, chance, atLeast = 0) {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 16));
  return Math.round(Math.max(atLeast, ceiling / 2) + (chance * ceiling) / 2);
}
