/**
 * What this page did to messages: deleting them, and taking that back for as long as the server allows. The log alone
 * says whether a message is deleted; this remembers what is under way, what can be undone, and what was refused.
 *
 * @typedef {import('./contract.js').Message} Message
 * @typedef {import('./contract.js').Refusal} Refusal
 *
 * @typedef {object} Act
 * @property {'deleting' | 'deleted' | 'undoing'} state
 * @property {string} [action] The id under which it is undone.
 * @property {Refusal} [refusal] Why the last try came to nothing.
 */

import { passes } from './roles.js';

/** How long the server lets an act be taken back. */
export const UNDO_MS = 15 * 60_000;

/** How long a refusal stands beside its message: it is read once. */
export const REFUSAL_STANDS_MS = 15_000;

/**
 * Whether deleting it is worth offering; the server decides by ranks that a page does not know.
 * @param {Message} message
 * @param {import('./contract.js').User} me
 * @param {string[]} can What one may do in its room.
 */
export function mayDelete({ author, deleted }, me, can) {
  if (deleted) return false;
  if (author.username === me.username) return true;
  // Server moderators and admins outrank all room roles, and nobody acts on an equal, but admins on admins.
  return can.includes('moderate') && (me.role === 'admin' || !passes(author.role, 'moderator'));
}

/**
 * Whether reporting it is worth offering: also what its author deleted, maybe to escape that.
 * @param {Message} message
 * @param {import('./contract.js').User} me
 */
export function mayReport({ author, deleted }, me) {
  return author.username !== me.username && (!deleted || deleted.by === author.username);
}

export class Deletions {
  #connection;
  #clock;
  #changed;
  /** @type {Map<string, Act>} by the message's id */
  #acts = new Map();
  /** @type {Map<string, () => void>} what cancels the end of each */
  #ends = new Map();

  /**
   * @param {object} parts
   * @param {Pick<import('./connection.js').Connection, 'command'>} parts.connection
   * @param {import('./clock.js').Clock} parts.clock
   * @param {() => void} parts.changed
   */
  constructor({ connection, clock, changed }) {
    this.#connection = connection;
    this.#clock = clock;
    this.#changed = changed;
  }

  /**
   * @param {string} id
   * @returns {Act | undefined}
   */
  of(id) {
    return this.#acts.get(id);
  }

  /** @param {string} id */
  delete(id) {
    const act = this.#acts.get(id);
    if (act && !act.refusal) return;
    this.#keep(id, { state: 'deleting' });
    this.#connection.command({ type: 'delete', message: id }, (reply) => {
      if (reply.type === 'ok' && reply.action) this.#keep(id, { state: 'deleted', action: reply.action }, UNDO_MS);
      else if (reply.type === 'error') this.#keep(id, { state: 'deleted', refusal: reply }, REFUSAL_STANDS_MS);
      else this.#forget(id); // of a lost one the log tells whether it came about
    });
  }

  /** @param {string} id */
  undo(id) {
    const act = this.#acts.get(id);
    if (act?.state !== 'deleted' || act.action === undefined) return;
    const { action } = act;
    this.#keep(id, { state: 'undoing', action });
    this.#connection.command({ type: 'undo', action }, (reply) => {
      if (reply.type === 'ok') this.#forget(id);
      else if (reply.type === 'error') this.#keep(id, { state: 'deleted', refusal: reply }, REFUSAL_STANDS_MS);
      else this.#keep(id, { state: 'deleted', action }, UNDO_MS);
    });
  }

  /** The message is back, whoever brought it. @param {string} id */
  restored(id) {
    if (this.#acts.has(id)) this.#forget(id);
  }

  /**
   * @param {string} id
   * @param {Act} act
   * @param {number} [ms] How long it is worth remembering; without, until the answer comes.
   */
  #keep(id, act, ms) {
    this.#ends.get(id)?.();
    this.#ends.delete(id);
    this.#acts.set(id, act);
    if (ms !== undefined) this.#ends.set(id, this.#clock.after(ms, () => this.#forget(id)));
    this.#changed();
  }

  /** @param {string} id */
  #forget(id) {
    this.#ends.get(id)?.();
    this.#ends.delete(id);
    this.#acts.delete(id);
    this.#changed();
  }
}
