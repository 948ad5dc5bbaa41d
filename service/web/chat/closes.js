/**
 * What a close code asks of a client. The range is the rule, also for codes that this page has never heard of;
 * the sentences are only for people.
 *
 * @typedef {'resume' | 'renew' | 'stay-away'} NextStep
 */

import { say } from '../words/words.js';

/** Codes of RFC 6455 section 7.4.1 after which it makes sense to come back: nobody did anything wrong. */
const WORTH_ANOTHER_TRY = new Set([1001, 1005, 1006, 1011, 1012, 1013, 1014]);

/** Codes with which a server says that it has too much to do: come back, but not at once. */
const OVERLOADED = new Set([1013, 4002]);

/** @type {Record<number, import('../words/words.js').Key>} */
const SENTENCES = {
  1000: 'connection.closed.1000',
  1009: 'connection.closed.1009',
  4200: 'connection.closed.4200',
  4201: 'connection.closed.4201',
  4202: 'connection.closed.4202',
  4203: 'connection.closed.4203',
};

/**
 * @param {number} code
 * @returns {NextStep}
 */
export function afterClose(code) {
  if (code >= 4200 && code <= 4299) return 'stay-away';
  if (code >= 4100 && code <= 4199) return 'renew';
  if (code >= 1000 && code <= 1015 && !WORTH_ANOTHER_TRY.has(code)) return 'stay-away';
  return 'resume';
}

/** @param {number} code */
export function meansOverload(code) {
  return OVERLOADED.has(code);
}

/** @param {number} code */
export function closeSentence(code) {
  return SENTENCES[code] ? say(SENTENCES[code]) : say('connection.closed.other', { code: String(code) });
}
