/**
 * What this person changes about messages: another text, an emoji, a pin. It is shown at once, as if it had been
 * done, and taken back with the server's words if it is refused. The log knows only what the server said.
 *
 * @typedef {import('./contract.js').Message} Message
 * @typedef {import('./contract.js').Refusal} Refusal
 *
 * @typedef {object} Change
 * @property {'edit' | 'react' | 'pin'} kind
 * @property {string} [text] Of an edit: what the message is to say.
 * @property {boolean} pending
 * @property {Refusal} [refusal] Why it came to nothing.
 * @property {(message: Message) => Message} show
 */

import { withReaction } from './amendment.js';
import { Problem } from './problem.js';
import { SessionEnded } from './session.js';

/** How long a refusal stands beside its message, where there is nothing to be saved from it: it is read once. */
export const REFUSAL_STANDS_MS = 15_000;

export class Changes {
  #around;
  /** @type {Map<string, Map<string, Change>>} by the message's id, then by what is changed: the last wish counts */
  #changes = new Map();

  /**
   * @param {object} around
   * @param {Pick<import('./connection.js').Connection, 'command'>} around.connection
   * @param {Pick<import('./api.js').Api, 'pin'>} around.api
   * @param {import('./clock.js').Clock} around.clock
   * @param {() => import('./contract.js').User} around.me
   * @param {(message: Message) => void} around.put Takes the message as the server answered it.
   * @param {() => void} around.changed
   */
  constructor(around) {
    this.#around = around;
  }

  /**
   * The message as it is once everything that is under way is done.
   * @param {Message} message
   */
  shown(message) {
    const changes = this.#changes.get(message.id);
    if (changes === undefined || message.deleted) return message;
    return [...changes.values()].filter(({ pending }) => pending).reduce((now, { show }) => show(now), message);
  }

  /**
   * What is under way, or was refused.
   * @param {string} id
   * @returns {Change[]}
   */
  of(id) {
    return [...(this.#changes.get(id)?.values() ?? [])];
  }

  /**
   * @param {Message} message
   * @param {string} text
   */
  edit({ id }, text) {
    const show = (/** @type {Message} */ { html: _, ...message }) => ({ ...message, text });
    this.#command(id, 'edit', { type: 'edit', message: id, text }, { kind: 'edit', text, pending: true, show });
  }

  /**
   * @param {Message} message
   * @param {string} emoji
   * @param {boolean} on
   */
  react({ id }, emoji, on) {
    const user = this.#around.me().username;
    const show = (/** @type {Message} */ message) => withReaction(message, { emoji, user, on });
    this.#command(id, `react ${emoji}`, { type: 'react', message: id, emoji, on }, { kind: 'react', pending: true, show });
  }

  /**
   * @param {Message} message
   * @param {boolean} on
   */
  async pin({ id }, on) {
    const pinned = { by: this.#around.me().username, at: new Date(this.#around.clock.now()).toISOString() };
    const show = (/** @type {Message} */ { pinned: _, ...message }) => (on ? { ...message, pinned } : message);
    const change = this.#begin(id, 'pin', { kind: 'pin', pending: true, show });
    try {
      this.#done(id, 'pin', change, await this.#around.api.pin(id, on));
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      this.#refused(id, 'pin', change, error instanceof Problem ? error.refusal : undefined);
    }
  }

  /**
   * Lets go of what was refused: it has been read, or is tried again.
   * @param {string} id
   */
  dismiss(id) {
    for (const [key, { pending }] of this.#changes.get(id) ?? []) if (!pending) this.#drop(id, key);
    this.#around.changed();
  }

  /**
   * @param {string} id
   * @param {string} key
   * @param {{type: string, [field: string]: unknown}} command
   * @param {Change} change
   */
  #command(id, key, command, change) {
    this.#begin(id, key, change);
    this.#around.connection.command(command, (reply) => {
      if (reply.type === 'ok') this.#done(id, key, change, reply.message);
      else this.#refused(id, key, change, reply.type === 'error' ? reply : Problem.unreachable().refusal);
    });
  }

  /**
   * @param {string} id
   * @param {string} key
   * @param {Change} change
   */
  #begin(id, key, change) {
    const changes = this.#changes.get(id) ?? new Map();
    changes.delete(key); // the latest wish is shown last
    this.#changes.set(id, changes.set(key, change));
    this.#around.changed();
    return change;
  }

  /**
   * @param {string} id
   * @param {string} key
   * @param {Change} change
   * @param {Message} message
   */
  #done(id, key, change, message) {
    this.#around.put(message);
    if (this.#changes.get(id)?.get(key) === change) this.#drop(id, key);
    this.#around.changed();
  }

  /**
   * What somebody wrote is kept until they decide; that an emoji was refused is only said.
   * @param {string} id
   * @param {string} key
   * @param {Change} change
   * @param {Refusal} [refusal]
   */
  #refused(id, key, change, refusal) {
    if (this.#changes.get(id)?.get(key) !== change) return;
    if (refusal === undefined) this.#drop(id, key);
    change.pending = false;
    change.refusal = refusal;
    if (change.kind !== 'edit') {
      this.#around.clock.after(REFUSAL_STANDS_MS, () => {
        if (this.#changes.get(id)?.get(key) === change) this.#drop(id, key);
        this.#around.changed();
      });
    }
    this.#around.changed();
  }

  /**
   * @param {string} id
   * @param {string} key
   */
  #drop(id, key) {
    const changes = this.#changes.get(id);
    changes?.delete(key);
    if (changes?.size === 0) this.#changes.delete(id);
  }
}
