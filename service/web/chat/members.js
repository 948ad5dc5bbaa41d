/**
 * Who belongs to a room, kept current by its events.
 *
 * @typedef {import('./contract.js').Member} Member
 */

export class Members {
  /** Whether the list was ever loaded. */
  known = false;
  /** @type {Map<string, Member>} */
  #members = new Map();

  /** @param {Member[]} members */
  reset(members) {
    this.#members = new Map(members.map((member) => [member.user, member]));
    this.known = true;
  }

  /** @param {Member} member */
  put(member) {
    this.#members.set(member.user, member);
  }

  /** @param {string} username */
  remove(username) {
    this.#members.delete(username);
  }

  /** @param {string} username */
  roleOf(username) {
    return this.#members.get(username)?.role ?? null;
  }

  /** @returns {Member[]} */
  list() {
    return [...this.#members.values()];
  }
}
