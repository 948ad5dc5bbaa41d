/**
 * Takes what one writes into a room to the server, by way of its outbox: one message at a time, while it is joined.
 *
 * @typedef {object} Beside What a message has beside its text.
 * @property {string} [reply_to] The message that it answers.
 * @property {string} [root] The message under which its thread hangs.
 * @property {import('./contract.js').FileInfo[]} [files]
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
   * @param {import('./nonce.js').Nonces} room.nonces
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
    this.#next();
  }

  /** The room or the connection is gone: what was on its way will go again, under the same nonce. */
  close() {
    this.#open = false;
    this.#cancelDelay();
    this.outbox.lost();
  }

  /**
   * Answers whether there was something to be sent.
   * @param {string} text
   * @param {Beside} beside
   */
  write(text, { reply_to, root, files = [] }) {
    const tidy = text.replaceAll('\0', '').toWellFormed().trim();
    if (tidy === '' && files.length === 0) return false;
    const { nonces, clock } = this.#room;
    const beside = { ...(reply_to && { reply_to }), ...(root && { root }), ...(files.length > 0 && { files }) };
    this.outbox.add({ nonce: nonces.next(), text: tidy, at: clock.now(), ...beside });
    this.#next();
    return true;
  }

  /** @param {string} nonce */
  retry(nonce) {
    this.outbox.retry(nonce);
    this.#next();
    this.#room.changed();
  }

  /** @param {string} nonce */
  discard(nonce) {
    this.outbox.discard(nonce);
    this.#room.changed();
  }

  /**
   * What an earlier page left behind.
   * @param {import('./outbox.js').Outgoing[]} items
   */
  restore(items) {
    this.outbox.restore(items);
    this.#next();
    this.#room.changed();
  }

  #next() {
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
      this.#next();
      this.#room.changed();
    });
  }

  /** @param {number | null} delay Milliseconds; null: not by itself. */
  #later(delay) {
    if (delay === null) return;
    this.#cancelDelay = this.#room.clock.after(delay, () => {
      this.outbox.resume();
      this.#next();
      this.#room.changed();
    });
  }
}
