/**
 * Refusals and removals in words: the server's sentence, and from `why` what the sentence leaves out.
 *
 * @typedef {import('./contract.js').Why} Why
 */

/** @type {Record<string, string>} why somebody is no longer in a room, by the event's code */
const REMOVALS = {
  left: 'You left this room.',
  kicked: 'You were removed from this room.',
  banned: 'You are banned from this room.',
  role_too_low: 'This room is now for a higher role than yours.',
  suspended: 'Your account is suspended.',
  not_found: 'This room does not exist, or not for you.',
  room_deleted: 'This room was deleted.',
};

/**
 * @param {{message: string, why?: Why}} refusal A problem (an Error) or an error frame.
 * @param {(iso: string) => string} time How to write a time.
 */
export function refusalSentence({ message, why }, time) {
  return withDetails(message, why ?? {}, time);
}

/**
 * @param {{code: string, by?: string, until?: string, reason?: string}} removal
 * @param {(iso: string) => string} time
 */
export function removalSentence(removal, time) {
  return withDetails(REMOVALS[removal.code] ?? 'You are no longer in this room.', removal, time);
}

/**
 * @param {string} sentence
 * @param {{by?: string, until?: string, reason?: string}} details
 * @param {(iso: string) => string} time
 */
function withDetails(sentence, { by, until, reason }, time) {
  const parts = [];
  if (by && !mentions(sentence, by)) parts.push(`by ${by}`);
  if (until && !sentence.includes('until')) parts.push(`until ${time(until)}`);
  if (reason && !sentence.includes(reason)) parts.push(`reason: ${reason}`);
  return parts.length === 0 ? sentence : `${sentence.replace(/\.$/u, '')} (${parts.join(', ')}).`;
}

/**
 * @param {string} sentence
 * @param {string} username
 */
function mentions(sentence, username) {
  return sentence.split(/[^a-z0-9._-]+/u).some((word) => word.replace(/\.$/u, '') === username);
}
