/**
 * Who belongs to a room: asked for once, and kept current by the room's events.
 *
 * @typedef {import('./contract.js').Member} Member
 */

export class Members {
  /** Whether the list was ever loaded. */
  known = false;
  /** Goes up with each change: of a list of thousands, looking whether it changed must not mean going through it. */
  revision = 0;
  /** @type {Map<string, Member>} */
  #members = new Map();
  /** @type {Map<string, Member | null> | null} what changed while the list is on its way; null: they left */
  #meanwhile = null;
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
    /** @type {Map<string, Member | null>} */
    const meanwhile = new Map();
    this.#meanwhile = meanwhile;
    const members = await this.#around.api.members(this.#around.slug).finally(() => {
      this.#meanwhile = null;
    });
    this.#members.clear();
    for (const member of members) this.put(member);
    // A list is as old as its request: what happened since then is newer than what it says.
    for (const [username, member] of meanwhile) {
      if (member === null) this.remove(username);
      else this.put(member);
    }
    this.known = true;
    this.#around.changed();
  }

  /** @param {Member} member */
  put(member) {
    if (member.name) this.#around.names.learn({ username: member.user, name: member.name });
    this.#members.set(member.user, member);
    this.#meanwhile?.set(member.user, member);
    this.revision += 1;
  }

  /** @param {string} username */
  remove(username) {
    this.#members.delete(username);
    this.#meanwhile?.set(username, null);
    this.revision += 1;
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
