/**
 * Where somebody may want to go, best first: by what they typed, and before they did, by what is new and where they
 * have been lately.
 *
 * @typedef {object} Place
 * @property {'room' | 'direct' | 'other' | 'person'} kind `other`: a room that one is not in.
 * @property {string} key A room's slug, a person's username.
 * @property {string} name
 * @property {string} more What else it goes by: its slug, its topic, a username.
 * @property {number} unread
 * @property {number} mentions
 */

/** Longer lists are not read; one types another letter. */
const SHOWN = 12;

/** What a letter found is worth, by where it stands. */
const AT_BEGINNING = 12;
const AT_WORD = 8;
const NEXT_TO_LAST_ONE = 6;
const IN_ONE_PIECE = 8;
const ANYWHERE = 1;

/** Between two that are found as well: where one is before where one could be. */
const KINDS = { room: 3, direct: 2, other: 1, person: 0 };

/**
 * @param {string} query
 * @param {Place[]} places
 * @param {string[]} recent The keys of rooms, the latest first; the one that is open is not among them.
 * @returns {Place[]}
 */
export function destinations(query, places, recent) {
  const wanted = plain(query.trim().replace(/^[#@]/u, ''));
  if (wanted === '') return latest(places, recent);
  const found = [];
  for (const place of places) {
    const score = Math.max(match(wanted, plain(place.name)), match(wanted, plain(place.more)) - 2);
    if (score > 0) found.push({ place, score: score + KINDS[place.kind] / 10 + lately(place, recent) });
  }
  found.sort((a, b) => b.score - a.score || a.place.name.localeCompare(b.place.name));
  return found.slice(0, SHOWN).map(({ place }) => place);
}

/**
 * @param {Place[]} places
 * @param {string[]} recent
 */
function latest(places, recent) {
  const mine = places.filter(({ kind }) => kind === 'room' || kind === 'direct');
  const rank = (/** @type {Place} */ { key }) => (recent.includes(key) ? recent.indexOf(key) : recent.length);
  mine.sort((a, b) => Math.sign(b.mentions) - Math.sign(a.mentions) || Math.sign(b.unread) - Math.sign(a.unread) || rank(a) - rank(b));
  return mine.slice(0, SHOWN);
}

/** A little for where one was lately: it decides between equals. @param {Place} place @param {string[]} recent */
function lately({ key }, recent) {
  const at = recent.indexOf(key);
  return at < 0 ? 0 : 1 / (at + 2);
}

/**
 * How well the letters are found in a text, in their order; 0 where they are not. Each is worth more at the beginning
 * of a word and beside the one before, and a shorter text is meant sooner than a longer one.
 * @param {string} wanted
 * @param {string} text
 */
export function match(wanted, text) {
  const whole = text.indexOf(wanted);
  let score = whole >= 0 ? IN_ONE_PIECE : 0;
  let at = whole >= 0 ? whole - 1 : -1;
  for (const letter of wanted) {
    const next = text.indexOf(letter, at + 1);
    if (next < 0) return 0;
    if (next === 0) score += AT_BEGINNING;
    else if (/[\s._-]/u.test(text[next - 1])) score += AT_WORD;
    else score += next === at + 1 && at >= whole ? NEXT_TO_LAST_ONE : ANYWHERE;
    at = next;
  }
  return score - text.length / 100;
}

/** Without case and accents: nobody types them in a hurry. @param {string} text */
function plain(text) {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
