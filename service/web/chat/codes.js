/**
 * The contract's error codes in the reader's language. English readers get the server's own sentences, which know more
 * of the case; for everyone else the code says what happened, and the server's sentence stands where the case is all.
 *
 * @typedef {import('../words/words.js').Key} Key
 */

import { language, say } from '../words/words.js';

/** @type {Record<string, Key>} rules that say more than the code does */
const RULES = {
  mute: 'reasons.muted',
  ban: 'reasons.banned',
  locked: 'reasons.locked',
  block: 'reasons.block',
  filter: 'reasons.filter',
  last_owner: 'reasons.lastOwner',
  last_admin: 'reasons.lastAdmin',
  edit_window: 'reasons.tooLate',
  delete_window: 'reasons.tooLate',
};

/** Without `conflict`, `invalid` and `limit`: there the sentence is about the case. @type {Record<string, Key>} */
const CODES = {
  unauthenticated: 'connection.sessionOver',
  forbidden: 'reasons.forbidden',
  role_too_low: 'reasons.rankTooLow',
  muted: 'reasons.muted',
  banned: 'reasons.banned',
  suspended: 'reasons.suspended',
  locked: 'reasons.locked',
  not_joined: 'reasons.notJoined',
  not_found: 'reasons.nothingThere',
  too_large: 'reasons.tooLarge',
  slow_mode: 'reasons.slowMode',
  rate_limited: 'reasons.tooOften',
  temporarily_unavailable: 'reasons.tooOften',
  internal: 'reasons.failed',
  unavailable: 'reasons.busy',
};

/**
 * @param {{code: string, message: string, why?: {rule: string}}} refusal As the server put it.
 * @returns {string}
 */
export function inWords({ code, message, why }) {
  if (language() === 'en' && message !== '') return message;
  const key = (why && own(RULES, why.rule)) ?? own(CODES, code);
  return key ? say(key) : message || say('reasons.failed');
}

/**
 * @param {Record<string, Key>} table
 * @param {string} name
 */
function own(table, name) {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
