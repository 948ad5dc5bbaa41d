/**
 * Who is in a room right now, and who is typing. Both are notices that a busy server may drop, so typing ends by
 * itself, and the list begins anew with every join.
 */

/** A typing notice stands this long. Clients repeat theirs more often than that while somebody types. */
export const TYPING_STANDS_MS = 6_000;

/** How often one's own typing is told. */
export const TYPING_EVERY_MS = 3_000;

export class Presence {
  /** @type {Set<string>} */
  online = new Set();
  /** Goes up with each change of who is here. */
  revision = 0;

  #clock;
  #changed;
  /** @type {Map<string, () => void>} what ends each one's typing */
  #typing = new Map();
  #toldAt = -Infinity;

  /**
   * @param {import('./clock.js').Clock} clock
   * @param {() => void} changed Called when somebody's typing ends by itself.
   */
  constructor(clock, changed) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** @returns {string[]} in the order in which they began */
  get typing() {
    return [...this.#typing.keys()];
  }

  /** @param {string[]} usernames */
  reset(usernames) {
    this.online = new Set(usernames);
    this.revision += 1;
    for (const username of this.typing) this.#still(username);
  }

  /**
   * @param {string} username
   * @param {'online' | 'offline'} state
   */
  saw(username, state) {
    if (state === 'offline') return this.left(username);
    this.online.add(username);
    this.revision += 1;
  }

  /** @param {string} username */
  left(username) {
    this.online.delete(username);
    this.revision += 1;
    this.#still(username);
  }

  /** @param {string} username */
  types(username) {
    this.#typing.get(username)?.();
    const stop = this.#clock.after(TYPING_STANDS_MS, () => {
      this.#typing.delete(username);
      this.#changed();
    });
    this.#typing.set(username, stop);
  }

  /**
   * They said what they were typing.
   * @param {string} username
   */
  spoke(username) {
    this.#still(username);
  }

  /** Whether one's own typing should be told now. */
  shouldTell() {
    const now = this.#clock.now();
    if (now - this.#toldAt < TYPING_EVERY_MS) return false;
    this.#toldAt = now;
    return true;
  }

  /** One's message is out: the next key tells anew. */
  told() {
    this.#toldAt = -Infinity;
  }

  /** @param {string} username */
  #still(username) {
    this.#typing.get(username)?.();
    this.#typing.delete(username);
  }
}
