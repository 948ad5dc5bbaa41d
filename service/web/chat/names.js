/**
 * What people are called. Usernames are what the wire speaks; this remembers the name that each last went by, from
 * whatever mentioned them.
 */

const HUES = 360;

export class Names {
  /** @type {Map<string, string>} */
  #names = new Map();
  /** Goes up when somebody is called otherwise. */
  revision = 0;

  /** @param {{username: string, name: string}} person */
  learn({ username, name }) {
    const called = name || username;
    if (this.#names.get(username) === called) return;
    this.#names.set(username, called);
    this.revision += 1;
  }

  /** Whether somebody was ever seen under this name. @param {string} username */
  knows(username) {
    return this.#names.has(username);
  }

  /** @param {string} username */
  of(username) {
    return this.#names.get(username) ?? username;
  }
}

/**
 * One or two letters for the place where a picture would be.
 * @param {string} name
 */
export function initials(name) {
  const words = name.split(/[\s._-]+/u).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words.slice(0, 1);
  return letters.map((word) => [...word][0].toLocaleUpperCase()).join('') || '?';
}

/**
 * The same colour for the same person, on every page and day.
 * @param {string} username
 */
export function hue(username) {
  let hash = 0;
  for (const letter of username) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return (hash * 137) % HUES;
}
