/**
 * How somebody wants this page: kept in this browser and nowhere else, and read again when another tab changed it.
 * Emits `change`.
 *
 * @typedef {'system' | 'light' | 'dark'} Theme
 *
 * @typedef {object} Storage A browser may forbid it: then it answers null and keeps nothing.
 * @property {(key: string) => string | null} get
 * @property {(key: string, value: string | null) => void} set Null takes it away.
 */

import { LANGUAGES } from '../words/words.js';

/** @type {Theme[]} */
export const THEMES = ['system', 'light', 'dark'];

/** @typedef {import('../words/words.js').Language} Language */

export class Preferences extends EventTarget {
  #storage;
  /** What was read and written since the page began: some of it is asked for with every change of the chat. */
  /** @type {Map<string, string | null>} */
  #known = new Map();

  /** @param {Storage} storage */
  constructor(storage) {
    super();
    this.#storage = storage;
  }

  /** Null: as the browser has it. @returns {Language | null} */
  get language() {
    const kept = this.read('language');
    return kept !== null && Object.hasOwn(LANGUAGES, kept) ? /** @type {Language} */ (kept) : null;
  }

  set language(language) {
    this.write('language', language);
  }

  /** @returns {Theme} */
  get theme() {
    return THEMES.find((theme) => theme === this.read('theme')) ?? 'system';
  }

  set theme(theme) {
    this.write('theme', theme === 'system' ? null : theme);
  }

  /** Whether notifications are wanted here; whether the browser lets them through is another matter. */
  get notify() {
    return this.read('notify') === 'yes';
  }

  set notify(wanted) {
    this.write('notify', wanted ? 'yes' : null);
  }

  /**
   * @param {string} name
   * @returns {string | null}
   */
  read(name) {
    let value = this.#known.get(name);
    if (value === undefined) {
      value = this.#storage.get(`folkmoot ${name}`);
      this.#known.set(name, value);
    }
    return value;
  }

  /**
   * @param {string} name
   * @param {string | null} value
   */
  write(name, value) {
    if (this.read(name) === value) return;
    this.#known.set(name, value);
    this.#storage.set(`folkmoot ${name}`, value);
    this.dispatchEvent(new Event('change'));
  }

  /** Another tab wrote. */
  readAgain() {
    this.#known.clear();
    this.dispatchEvent(new Event('change'));
  }
}
