/**
 * Emoji by their names: found by a word of them, and put into texts for `:name:`. The table comes later than the page
 * (`emoji_table.js`), so it is passed in.
 *
 * @typedef {object} Emoji
 * @property {string} emoji
 * @property {string} name As it stands between the colons.
 * @property {string[]} words What it can be found by, without the name.
 *
 * @typedef {{key: string, emoji: Emoji[]}} Group
 */

import { plain } from './completion.js';

const NAMED = /(?<![\p{L}\p{N}:]):([a-z0-9_+-]{1,32}):(?![\p{L}\p{N}])/gu;

/** Runs of code as Markdown marks them: there a name between colons means itself. */
const CODE = /(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)|```[\s\S]*$/gu;

export class EmojiTable {
  /** @type {Group[]} */
  groups;
  /** @type {Map<string, Emoji>} */
  #byName = new Map();
  /** @type {Map<string, Emoji>} */
  #byEmoji = new Map();

  /** @param {{key: string, lines: string}[]} groups Each of them is an emoji, its names, and after a bar words to find it by; a semicolon or the line's end parts them. */
  constructor(groups) {
    this.groups = groups.map(({ key, lines }) => ({ key, emoji: lines.split(/[;\n]/u).filter((line) => line.trim() !== '').map((line) => this.#read(line)) }));
  }

  /** @param {string} line */
  #read(line) {
    const [own, other = ''] = line.trim().split('|');
    const [emoji, name, ...names] = own.split(' ');
    const one = { emoji, name, words: [...names, ...other.split(' ')].filter(Boolean).map(plain) };
    for (const known of [name, ...names]) this.#byName.set(known, one);
    this.#byEmoji.set(emoji, one);
    return one;
  }

  /** @param {string} name */
  named(name) {
    return this.#byName.get(name);
  }

  /** @param {string} emoji */
  of(emoji) {
    return this.#byEmoji.get(emoji);
  }

  /**
   * Those whose name or words begin with all that was typed, the nearest first.
   * @param {string} query
   * @returns {Emoji[]}
   */
  search(query) {
    const wanted = plain(query).split(/[\s_]+/u).filter(Boolean);
    if (wanted.length === 0) return [];
    const found = [];
    for (const { emoji } of this.groups) {
      for (const one of emoji) {
        const near = nearness(one, wanted);
        if (near !== null) found.push({ one, near });
      }
    }
    return found.sort((a, b) => a.near - b.near).map(({ one }) => one);
  }

  /**
   * The text with an emoji for each `:name:` that is one's, but in code.
   * @param {string} text
   */
  replace(text) {
    if (!text.includes(':')) return text;
    let out = '';
    let end = 0;
    for (const code of text.matchAll(CODE)) {
      out += this.#put(text.slice(end, code.index)) + code[0];
      end = code.index + code[0].length;
    }
    return out + this.#put(text.slice(end));
  }

  /** @param {string} text */
  #put(text) {
    return text.replace(NAMED, (whole, name) => this.named(name)?.emoji ?? whole);
  }
}

/**
 * @param {Emoji} emoji
 * @param {string[]} wanted
 */
function nearness({ name, words }, wanted) {
  const query = wanted.join('_');
  if (name === query) return 0;
  if (name.startsWith(query)) return 1;
  const all = [...name.split('_'), ...words];
  if (!wanted.every((part) => all.some((word) => word.startsWith(part)))) return null;
  return words.includes(query) ? 1 : 2;
}

/** How many one has at hand. */
export const RECENT_MAX = 16;

const FIRST = ['👍', '❤️', '😄', '🎉', '👀', '✅'];

/** The emoji that somebody used last, the latest first; before that, those that most people use. */
export class RecentEmoji {
  #store;

  /** @param {{get: () => string, set: (value: string) => void}} [store] Without one it is kept as long as the page. */
  constructor(store = inMemory()) {
    this.#store = store;
  }

  /** @returns {string[]} */
  list() {
    const kept = this.#store.get().split(' ').filter(Boolean);
    return [...new Set([...kept, ...FIRST])].slice(0, RECENT_MAX);
  }

  /** @param {string} emoji */
  used(emoji) {
    if (/\s/u.test(emoji)) return;
    this.#store.set([...new Set([emoji, ...this.#store.get().split(' ').filter(Boolean)])].slice(0, RECENT_MAX).join(' '));
  }
}

function inMemory() {
  let kept = '';
  return { get: () => kept, set: (/** @type {string} */ value) => void (kept = value) };
}

/** Whether a text is nothing but a few emoji, which then may be seen from further away. @param {string} text */
export function onlyEmoji(text) {
  const bare = text.replaceAll(/\s/gu, '');
  return bare.length > 0 && bare.length <= 24 && /^(?:\p{RGI_Emoji}){1,3}$/v.test(bare);
}
