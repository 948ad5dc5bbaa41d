/**
 * What the writer may mean by the word before the caret: `@an` a person, `:smi` an emoji. It knows texts and carets and
 * no field: whoever has one asks with what stands in it, and puts there what `accept` answers.
 *
 *     const completion = new Completion({ people: () => […], emoji: () => table });
 *     completion.look('hello @an', 9);   // completion.items is who that could be
 *     completion.accept();               // { text: 'hello @ann ', caret: 11 }
 *
 * @typedef {{kind: 'person', value: string, name: string, here: boolean}
 *   | {kind: 'everybody', value: 'room' | 'here'}
 *   | {kind: 'emoji', value: string, name: string}} Choice
 *
 * @typedef {{username: string, name: string, here: boolean}} Person
 */

/** A list that one must scroll is slower than one more letter. */
export const CHOICES_MAX = 8;

/** Letters after a colon before emoji are offered: `:)` and a time of day mean none. */
const EMOJI_FROM = 2;

const WORD = /(?:^|[\s([{"'„“‚‘«*_~>/-])([@:])([^\s@:]{0,32})$/u;

export class Completion {
  /** @type {Choice[]} */
  items = [];
  /** The one that Enter takes. */
  active = 0;

  #people;
  #everybody;
  #emoji;
  #text = '';
  #start = 0;
  #caret = 0;
  /** Where a list was sent away: it stays away for this word. */
  #dismissed = -1;

  /**
   * @param {object} sources
   * @param {() => Person[]} sources.people Who can be called here.
   * @param {() => boolean} sources.everybody Whether one may call all of them.
   * @param {(query: string) => {emoji: string, name: string}[]} sources.emoji
   */
  constructor({ people, everybody, emoji }) {
    this.#people = people;
    this.#everybody = everybody;
    this.#emoji = emoji;
  }

  get open() {
    return this.items.length > 0;
  }

  get choice() {
    return this.items[this.active];
  }

  /**
   * @param {string} text
   * @param {number} caret
   */
  look(text, caret) {
    const word = WORD.exec(text.slice(0, caret));
    if (!word) return this.close();
    const start = caret - word[2].length - 1;
    if (start === this.#dismissed) return;
    this.#dismissed = -1;
    this.#text = text;
    this.#start = start;
    this.#caret = caret;
    const before = this.choice?.value;
    this.items = word[1] === '@' ? this.#calls(word[2]) : this.#pictures(word[2]);
    this.active = Math.max(0, this.items.findIndex(({ value }) => value === before));
  }

  /** @param {number} step */
  move(step) {
    this.active = (this.active + step + this.items.length) % this.items.length;
  }

  close() {
    this.items = [];
    this.active = 0;
  }

  /** Sent away by Escape: it comes back with the next word. */
  dismiss() {
    this.#dismissed = this.#start;
    this.close();
  }

  /** The text with the choice in the word's place, and where the caret is then. */
  accept(index = this.active) {
    const choice = this.items[index];
    const put = choice.kind === 'emoji' ? choice.value : `@${choice.value}`;
    const rest = this.#text.slice(this.#caret);
    const space = /^\s/u.test(rest) ? '' : ' ';
    const text = this.#text.slice(0, this.#start) + put + space + rest;
    this.close();
    return { text, caret: this.#start + put.length + 1 };
  }

  /**
   * @param {string} query
   * @returns {Choice[]}
   */
  #calls(query) {
    const wanted = plain(query);
    const ranked = this.#people()
      .map((person) => ({ person, rank: rank(person, wanted) }))
      .filter((one) => one.rank < NO_MATCH)
      .sort((a, b) => a.rank - b.rank || Number(b.person.here) - Number(a.person.here) || a.person.name.localeCompare(b.person.name));
    /** @type {Choice[]} */
    const people = ranked.map(({ person }) => ({ kind: 'person', value: person.username, name: person.name, here: person.here }));
    /** @type {Choice[]} */
    const all = this.#everybody() ? ALL.filter(({ value }) => value.startsWith(wanted)) : [];
    // Who types a letter means a person; only a bare `@` and the word itself mean everybody.
    const room = CHOICES_MAX - all.length;
    return [...people.slice(0, room), ...all];
  }

  /**
   * @param {string} query
   * @returns {Choice[]}
   */
  #pictures(query) {
    if ([...query].length < EMOJI_FROM || !/^[\p{L}\p{N}_+-]+$/u.test(query)) return [];
    return this.#emoji(query).slice(0, CHOICES_MAX).map(({ emoji, name }) => ({ kind: 'emoji', value: emoji, name }));
  }
}

/** @type {Extract<Choice, {kind: 'everybody'}>[]} */
const ALL = [
  { kind: 'everybody', value: 'here' },
  { kind: 'everybody', value: 'room' },
];

const NO_MATCH = 4;

/**
 * How near a person is to what was typed: the username's beginning, the name's, a later word's, anywhere, not at all.
 * @param {Person} person
 * @param {string} wanted
 */
function rank({ username, name }, wanted) {
  if (username.startsWith(wanted)) return 0;
  const words = plain(name);
  if (words.startsWith(wanted)) return 1;
  if (words.split(/[\s.-]+/u).some((word) => word.startsWith(wanted))) return 2;
  return wanted.length > 1 && (username.includes(wanted) || words.includes(wanted)) ? 3 : NO_MATCH;
}

/** Without accents and in small letters: nobody types them to find somebody. @param {string} text */
export function plain(text) {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
