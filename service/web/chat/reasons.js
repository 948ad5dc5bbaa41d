/**
 * Refusals and removals in words: what happened, and from `why` who decided it, until when and for what reason. The one
 * place that makes sentences of it.
 *
 * @typedef {import('./contract.js').Why} Why
 * @typedef {(iso: string) => string} Time How to write a time.
 */

import { say } from '../words/words.js';
import { endOf } from './standing.js';

/** @type {Record<string, import('../words/words.js').Key>} why somebody is no longer in a room, by the event's code */
const REMOVALS = {
  left: 'reasons.left',
  kicked: 'reasons.kicked',
  banned: 'reasons.banned',
  role_too_low: 'reasons.roleTooLow',
  suspended: 'reasons.suspended',
  not_found: 'reasons.notFound',
  room_deleted: 'reasons.roomDeleted',
};

/** Rules and codes that are about one person: there, who did it belongs into the sentence. */
const SANCTIONS = new Set(['mute', 'ban', 'suspension', 'kicked', 'banned', 'suspended', 'left', 'room_deleted']);

/** Rules that somebody sets for all. Of others `by` is no setter: it may be who was faster. */
const SETTINGS = new Set(['join_role', 'post_role', 'locked', 'slow_mode', 'filter', 'role_too_low']);

/** How the server signs what its operator did, or it itself. */
const SYSTEM = 'system';

/**
 * @param {{message: string, why?: Why}} refusal A problem (an Error) or an error frame.
 * @param {Time} time
 */
export function refusalSentence({ message, why }, time) {
  if (!why) return message;
  if (SANCTIONS.has(why.rule)) return sanctioned(message, why, time);
  return SETTINGS.has(why.rule) ? ruled(message, why, time) : message;
}

/**
 * @param {{code: string, by?: string, until?: string, reason?: string}} removal
 * @param {Time} time
 */
export function removalSentence(removal, time) {
  const message = say(REMOVALS[removal.code] ?? 'reasons.gone');
  return SANCTIONS.has(removal.code) ? sanctioned(message, removal, time) : ruled(message, removal, time);
}

/**
 * Who deleted a message. By username, as everywhere where authority is spoken of: what one is called can be chosen.
 * @param {string} by
 * @param {string} me
 */
export function deletionSentence(by, me) {
  return by === me ? say('reasons.deletedByMe') : say('reasons.deletedBy', { by: signature(by) });
}

/**
 * "You are muted until 14:05 by mo: spam."
 * @param {string} sentence
 * @param {Omit<Why, 'rule'>} details
 * @param {Time} time
 */
function sanctioned(sentence, { by, until, reason }, time) {
  const end = endOf(until);
  const parts = [sentence.replace(/\.$/u, ''), end && say('reasons.until', { time: time(end) }), by && say('reasons.by', { by: signature(by) })];
  return `${parts.filter(Boolean).join(' ')}${reason ? `: ${ended(reason)}` : '.'}`;
}

/**
 * "This room is locked. Set by ann (13:50): exams."
 * @param {string} sentence
 * @param {Omit<Why, 'rule'>} details
 * @param {Time} time
 */
function ruled(sentence, { by, since, reason }, time) {
  const who = by && signature(by);
  const set = who && (since ? say('reasons.setByAt', { by: who, time: time(since) }) : say('reasons.setBy', { by: who }));
  if (set) return `${sentence} ${set}${reason ? `: ${ended(reason)}` : '.'}`;
  return reason ? `${sentence} ${say('reasons.reason', { reason: ended(reason) })}` : sentence;
}

/** @param {string} username */
function signature(username) {
  return username === SYSTEM ? say('reasons.theServer') : username;
}

/** A reason ends the sentence, as people write it or with a stop. @param {string} reason */
function ended(reason) {
  return /[.!?…]$/u.test(reason) ? reason : `${reason}.`;
}
