/**
 * What a close code asks of a client. The range is the rule, also for codes that this page has never heard of;
 * the sentences are only for people.
 *
 * @typedef {'resume' | 'renew' | 'stay-away'} NextStep
 */

/** Codes of RFC 6455 section 7.4.1 after which it makes sense to come back: nobody did anything wrong. */
const WORTH_ANOTHER_TRY = new Set([1001, 1005, 1006, 1011, 1012, 1013, 1014]);

/** Codes with which a server says that it has too much to do: come back, but not at once. */
const OVERLOADED = new Set([1013, 4002]);

/** @type {Record<number, string>} */
const SENTENCES = {
  1000: 'The server closed the connection.',
  1009: 'The server refused a message that was too large.',
  4200: 'The server refused this page’s way of speaking. Reload it to get the current one.',
  4201: 'This account is suspended.',
  4202: 'The server does not let this account connect from here.',
  4203: 'This room was deleted.',
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
  return SENTENCES[code] ?? `The server ended the connection (${code}).`;
}
