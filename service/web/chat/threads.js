/**
 * The threads that one follows, in all rooms, with what one has not read in each. Asked for once, and kept current by
 * the events of the rooms: whoever takes part in a thread follows it, and so does who began it. Emits `change`.
 *
 * @typedef {import('./contract.js').Message} Message
 * @typedef {import('./contract.js').FollowedThread} FollowedThread
 */

import { amended, subjectOf } from './amendment.js';
import { quietly } from './quietly.js';

export class Threads extends EventTarget {
  /** Whether the list was ever loaded. */
  known = false;
  /** @type {Map<string, FollowedThread>} by the root's id */
  #followed = new Map();
  #api;
  #me;

  /**
   * @param {object} parts
   * @param {Pick<import('./api.js').Api, 'threads' | 'followThread' | 'readThread' | 'message'>} parts.api
   * @param {() => import('./contract.js').User} parts.me
   */
  constructor({ api, me }) {
    super();
    this.#api = api;
    this.#me = me;
  }

  /** Asks for the list. Failing is the caller's to show. */
  async load() {
    const list = await this.#api.threads();
    this.#followed = new Map(list.map((one) => [one.message.id, one]));
    this.known = true;
    this.#changed();
  }

  /** @returns {FollowedThread[]} the latest reply first */
  list() {
    const at = (/** @type {FollowedThread} */ one) => one.message.thread?.last_at ?? '';
    return [...this.#followed.values()].sort((a, b) => (at(a) < at(b) ? 1 : -1));
  }

  /** @param {string} id The root's. */
  of(id) {
    return this.#followed.get(id);
  }

  /** How many threads have something that one has not read. */
  get unread() {
    let count = 0;
    for (const { unread } of this.#followed.values()) if (unread > 0) count += 1;
    return count;
  }

  /**
   * @param {Message | string} root
   * @param {boolean} on
   */
  async follow(root, on) {
    const id = typeof root === 'string' ? root : root.id;
    await this.#api.followThread(id, on);
    if (!on) this.#followed.delete(id);
    else await this.#begin(typeof root === 'string' ? await this.#api.message(root) : root, 0);
    this.#changed();
  }

  /**
   * One has read a thread so far.
   * @param {string} id
   * @param {number} seq
   */
  read(id, seq) {
    const one = this.#followed.get(id);
    if (!one || one.read >= seq) return;
    this.#followed.set(id, { ...one, read: seq, unread: 0 });
    quietly(this.#api.readThread(id, seq));
    this.#changed();
  }

  /**
   * One has read a thread so far on another device, or has it unread again from there.
   * @param {string} id
   * @param {number} seq
   */
  async readElsewhere(id, seq) {
    const one = this.#followed.get(id);
    if (!one || one.read === seq) return;
    const last = one.message.thread?.last_seq ?? 0;
    if (seq < last) return quietly(this.load()); // how many are left only the server can say
    this.#followed.set(id, { ...one, read: seq, unread: 0 });
    this.#changed();
  }

  /**
   * @param {import('./contract.js').RoomEvent} event
   * @param {Message} [root] Of a reply, where the room's window holds it: already with that reply.
   */
  heard(event, root) {
    const { type, message } = event;
    const id = subjectOf(event) ?? '';
    const one = this.#followed.get(id);
    if (one) this.#followed.set(id, { ...one, message: amended(one.message, event) });
    if (type === 'message.posted' && message?.root) this.#answered(message, root);
    else if (one) this.#changed();
  }

  /**
   * @param {Message} reply
   * @param {Message} [root]
   */
  #answered(reply, root) {
    const me = this.#me().username;
    const own = reply.author.username === me;
    const one = this.#followed.get(reply.root ?? '');
    if (one && reply.seq > one.read) {
      const now = own ? { read: reply.seq, unread: 0 } : { unread: one.unread + 1 };
      this.#followed.set(one.message.id, { ...one, ...now });
    } else if (!one && this.known && root && (own || (root.author.username === me && root.thread?.replies === 1))) {
      this.#begin(root, own ? 0 : 1);
    } else if (!one && this.known && own) {
      quietly(this.load()); // under a message that is not here
    }
    this.#changed();
  }

  /**
   * @param {Message} root
   * @param {number} unread
   */
  #begin(root, unread) {
    const last = root.thread?.last_seq ?? root.seq;
    this.#followed.set(root.id, { message: root, read: unread > 0 ? last - 1 : last, unread });
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}
