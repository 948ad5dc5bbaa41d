/**
 * Takes what is in a room's outbox to the server, one message at a time, while the room is joined.
 */

import { Outbox } from './outbox.js';

export class Delivery {
  outbox;

  #room;
  #open = false;
  #cancelDelay = () => {};

  /**
   * @param {object} room
   * @param {string} room.slug
   * @param {Pick<import('./connection.js').Connection, 'command'>} room.connection
   * @param {import('./clock.js').Clock} room.clock
   * @param {() => number} room.logSeq How far the room's log has come.
   * @param {import('./postbox.js').Postbox} room.postbox
   * @param {() => void} room.changed
   */
  constructor(room) {
    this.#room = room;
    const { postbox, slug } = room;
    this.outbox = new Outbox({ keep: (item) => postbox.keep(slug, item), drop: (nonce) => postbox.drop(nonce) });
  }

  /** The room is joined: what waited goes. */
  open() {
    this.#open = true;
    this.outbox.reached(this.#room.logSeq());
    this.next();
  }

  /** The room or the connection is gone: what was on its way will go again, under the same nonce. */
  close() {
    this.#open = false;
    this.#cancelDelay();
    this.outbox.lost();
  }

  next() {
    const item = this.#open ? this.outbox.next() : null;
    if (item === null) return;
    this.outbox.sending(item.nonce);
    const { text, nonce, reply_to, files } = item;
    const more = { ...(reply_to && { reply_to }), ...(files && { files: files.map(({ id }) => id) }) };
    const command = { type: 'send', room: this.#room.slug, text, nonce, ...more };
    this.#room.connection.command(command, (reply) => {
      if (reply.type === 'lost') return; // `close` comes, for all that was on its way
      if (reply.type === 'ok') this.outbox.accepted(item.nonce, reply.message.seq, this.#room.logSeq());
      else this.#later(this.outbox.refused(item.nonce, reply));
      this.next();
      this.#room.changed();
    });
  }

  /** @param {number | null} delay Milliseconds; null: not by itself. */
  #later(delay) {
    if (delay === null) return;
    this.#cancelDelay = this.#room.clock.after(delay, () => {
      this.outbox.resume();
      this.next();
      this.#room.changed();
    });
  }
}
