/**
 * The threads of one room that were opened on this page, and the one that stands open beside it now.
 */

import { Thread } from './thread.js';

export class RoomThreads {
  /** @type {Thread | null} */
  open = null;
  #room;
  #around;
  /** @type {Map<string, Thread>} by their root's id */
  #threads = new Map();

  /**
   * @param {import('./room.js').Room} room
   * @param {Pick<import('./room.js').Surroundings, 'api' | 'threads' | 'drafts'>} around
   */
  constructor(room, around) {
    this.#room = room;
    this.#around = around;
  }

  /** @param {string} root The id of the message that it hangs under. */
  under(root) {
    const known = this.#threads.get(root);
    if (known) return known;
    const { api, threads, drafts } = this.#around;
    const thread = new Thread(root, { room: this.#room, api, threads, draft: drafts.of(this.#room.slug, root) });
    this.#threads.set(root, thread);
    return thread;
  }

  /**
   * @param {string} root
   * @param {string} [reply] One to be shown in it.
   */
  show(root, reply) {
    this.open = this.under(root);
    this.open.wanted = reply ?? null;
    this.open.changed();
    this.#room.changed();
  }

  close() {
    this.open = null;
    this.#room.changed();
  }

  /** @param {import('./contract.js').RoomEvent} event */
  heard(event) {
    for (const thread of this.#threads.values()) thread.heard(event);
  }

  /** @param {import('./contract.js').Message} message As an answer brought it. */
  put(message) {
    for (const thread of this.#threads.values()) thread.put(message);
  }

  /** What is in them may be old. */
  stale() {
    for (const thread of this.#threads.values()) thread.stale();
  }
}
