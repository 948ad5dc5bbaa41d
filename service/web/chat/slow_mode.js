/**
 * When one may write again in a room that is in slow mode, as far as its log tells.
 */

import { moderates } from './authority.js';

const SECOND_MS = 1_000;

/**
 * The pace that a room sets for somebody, in seconds; 0: none. Who moderates is spared.
 * @param {import('./contract.js').RoomInfo} info
 */
export function paceOf(info) {
  return moderates(info) ? 0 : info.slow_mode;
}

/**
 * For how many seconds one has to wait yet.
 * @param {Pick<import('./room.js').Room, 'info' | 'log'>} room
 * @param {string} me The username.
 * @param {number} now
 */
export function waitIn({ info, log }, me, now) {
  const pace = paceOf(info);
  const last = pace === 0 ? undefined : log.messages.findLast(({ author }) => author.username === me);
  if (last === undefined) return 0;
  // Of two clocks one may be ahead: nobody waits longer than the pace is.
  const left = Math.ceil((new Date(last.at).getTime() - now) / SECOND_MS) + pace;
  return Math.min(Math.max(left, 0), pace);
}
