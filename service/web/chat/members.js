/**
 * Who belongs to a room: asked for once, and kept current by the room's events.
 *
 * @typedef {import('./contract.js').Member} Member
 */

export class Members {
  /** Whether the list was ever loaded. */
  known = false;
  /** @type {Map<string, Member>} */
  #members = new Map();
  #around;

  /**
   * @param {object} around
   * @param {string} around.slug
   * @param {Pick<import('./api.js').Api, 'members'>} around.api
   * @param {import('./names.js').Names} around.names
   * @param {() => void} around.changed
   */
  constructor(around) {
    this.#around = around;
  }

  /** Asks for the list. Failing is the caller's to show. */
  async load() {
    const members = await this.#around.api.members(this.#around.slug);
    this.#members.clear();
    for (const member of members) this.put(member);
    this.known = true;
    this.#around.changed();
  }

  /** @param {Member} member */
  put(member) {
    if (member.name) this.#around.names.learn({ username: member.user, name: member.name });
    this.#members.set(member.user, member);
  }

  /** @param {string} username */
  remove(username) {
    this.#members.delete(username);
  }

  /** @param {string} username */
  of(username) {
    return this.#members.get(username);
  }

  /**
   * @param {string} username
   * @param {number} now
   */
  isMuted(username, now) {
    const until = this.of(username)?.muted_until;
    return until !== undefined && new Date(until).getTime() > now;
  }

  /** @returns {Member[]} */
  list() {
    return [...this.#members.values()];
  }
}
