/**
 * Finds who is called in a text by `@name`, `@room` or `@here`, in the same way as the server does: a name ends where
 * the sentence goes on, and `@` inside a word or an address calls nobody.
 *
 * @typedef {{text: string, call?: string}} CallPiece `call` is the name without its `@`, in small letters.
 */

const CALL = /(?<![\p{L}\p{N}_@/.:+-])@([A-Za-z0-9][A-Za-z0-9._-]{1,31})(?![A-Za-z0-9._-])/gu;

/** Punctuation behind a name, which could have been part of it. */
const TRAILING = /[._-]+$/u;

/** What calls everybody in the room, or everybody who is there now. */
export const EVERYBODY = ['room', 'here'];

/**
 * The text in pieces; those that call somebody say whom.
 * @param {string} text
 * @param {(name: string) => boolean} exists Whether somebody is called so.
 * @returns {CallPiece[]}
 */
export function callPieces(text, exists) {
  if (!text.includes('@')) return [{ text }];
  /** @type {CallPiece[]} */
  const found = [];
  let end = 0;
  for (const match of text.matchAll(CALL)) {
    const name = meant(match[1].toLowerCase(), exists);
    if (name === null) continue;
    if (match.index > end) found.push({ text: text.slice(end, match.index) });
    const length = 1 + name.length;
    found.push({ text: text.slice(match.index, match.index + length), call: name });
    end = match.index + length;
  }
  if (end < text.length || found.length === 0) found.push({ text: text.slice(end) });
  return found;
}

/**
 * `@bob.` is bob at the end of a sentence, unless there is somebody called `bob.`
 * @param {string} name
 * @param {(name: string) => boolean} exists
 */
function meant(name, exists) {
  const bare = name.replace(TRAILING, '');
  return [name, bare].find((one) => EVERYBODY.includes(one) || exists(one)) ?? null;
}

/**
 * Whether a call is for this person.
 * @param {string} name
 * @param {string} me
 */
export function callsMe(name, me) {
  return name === me || EVERYBODY.includes(name);
}
