/**
 * What of a room calls its reader: everything that is said, only what is meant for them, or nothing. One person's, by
 * room; a room that was never decided about goes by its kind. Emits `change`.
 *
 * @typedef {'all' | 'mentions' | 'none'} Level
 */

import { Preferences } from './preferences.js';

/** @type {Level[]} from the most to the least */
export const LEVELS = ['all', 'mentions', 'none'];

export class Levels extends EventTarget {
  #preferences;
  #name;
  /** What was read, and what it says. @type {{text: string | null, levels: Record<string, Level>}} */
  #read = { text: null, levels: {} };

  /**
   * @param {import('./preferences.js').Preferences} preferences
   * @param {string} account The opaque id of whose they are.
   */
  constructor(preferences, account) {
    super();
    this.#preferences = preferences;
    this.#name = `levels ${account}`;
    preferences.addEventListener('change', () => this.dispatchEvent(new Event('change')));
  }

  /**
   * @param {{slug: string, visibility: string}} room
   * @returns {Level}
   */
  of({ slug, visibility }) {
    const kept = this.#all();
    return Object.hasOwn(kept, slug) ? kept[slug] : usual(visibility);
  }

  /**
   * @param {{slug: string, visibility: string}} room
   * @param {Level} level
   */
  set({ slug, visibility }, level) {
    const { [slug]: _, ...others } = this.#all();
    const all = level === usual(visibility) ? others : { ...others, [slug]: level };
    this.#preferences.write(this.#name, Object.keys(all).length === 0 ? null : JSON.stringify(all));
  }

  /** @returns {Record<string, Level>} */
  #all() {
    const text = this.#preferences.read(this.#name);
    if (text !== this.#read.text) this.#read = { text, levels: parsed(text) };
    return this.#read.levels;
  }
}

/**
 * @param {string | null} text
 * @returns {Record<string, Level>}
 */
function parsed(text) {
  try {
    const kept = Object.entries(JSON.parse(text ?? '{}'));
    return Object.fromEntries(kept.filter(([, level]) => LEVELS.includes(/** @type {Level} */ (level))));
  } catch {
    return {}; // written by who knows what: nothing was decided then
  }
}

/**
 * A room of many is quiet until one is meant; who writes to one directly means one.
 * @param {string} visibility
 * @returns {Level}
 */
function usual(visibility) {
  return visibility === 'direct' ? 'all' : 'mentions';
}

/** Of who never decided about any room. */
export function usualLevels() {
  return new Levels(new Preferences({ get: () => null, set: () => {} }), '');
}
