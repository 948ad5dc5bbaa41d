/**
 * Takes what the server tells about a room to the parts of it: events, in their order, and notices.
 *
 * @typedef {import('./contract.js').Frame} Frame
 * @typedef {import('./contract.js').RoomEvent} RoomEvent
 * @typedef {import('./room.js').Room} Room
 */

import { quietly } from './quietly.js';

export class Feed {
  #room;
  #around;

  /**
   * @param {Room} room
   * @param {import('./room.js').Surroundings} around
   */
  constructor(room, around) {
    this.#room = room;
    this.#around = around;
  }

  /**
   * @param {RoomEvent} event
   * @param {boolean} live Whether it happens now. A replay comes with the room's object as it is after it.
   */
  event(event, live) {
    const room = this.#room;
    const result = room.log.apply(event);
    // A join that is on its way answers for all that is missing.
    if (result === 'gap' && room.state !== 'joining') room.join();
    if (result !== 'applied') return;
    room.lagging = false;
    room.outbox.reached(room.log.seq);
    this.#messages(event);
    const { type, message, member, user } = event;
    if (type === 'message.posted' && message) this.#posted(message, live);
    else if (type === 'message.restored' && message) room.deletions.restored(message.id);
    else if (type === 'member.joined' && member) room.members.put(member);
    else if (type === 'member.changed' && member) this.#memberChanged(event, live);
    else if (type === 'member.left' && user) this.#gone(user);
    else if (type === 'room.changed' && live) this.refresh();
    else if (type === 'room.deleted') room.end({ code: 'room_deleted', by: event.by });
  }

  /** @param {Frame} notice */
  notice(notice) {
    const room = this.#room;
    const { type, seq = 0 } = notice;
    if (type === 'presence') room.presence.saw(notice.user, notice.state);
    else if (type === 'typing') room.presence.types(notice.user);
    else if (type === 'lagging') room.lagging = true;
    else if (type === 'mentioned') room.reading.called(notice.message.seq);
    else if (type === 'read.changed') this.#readElsewhere(seq);
    else if (type === 'thread.read') this.#around.threads.readElsewhere(notice.message_id, seq);
    else if (type === 'removed') room.end(/** @type {any} */ (notice));
  }

  /** An event is the same for everybody; what it makes of one's own place in the room only the server can say. */
  async refresh() {
    const info = await quietly(this.#around.api.room(this.#room.slug));
    // Of two that were asked for, the older one may be the later to come.
    if (info && info.seq >= this.#room.info.seq) this.#room.know(info);
    this.#room.changed();
  }

  /** @param {RoomEvent} event */
  #messages(event) {
    const { pins, threads, log } = this.#room;
    pins.heard(event);
    threads.heard(event);
    this.#around.threads.heard(event, log.message(event.message?.root ?? ''));
  }

  /**
   * @param {import('./contract.js').Message} message
   * @param {boolean} live
   */
  #posted({ author, seq, root }, live) {
    const { presence, reading, reader, attentive } = this.#room;
    this.#around.names.learn(author);
    presence.spoke(author.username);
    if (author.username === this.#around.me().username) {
      // Who says something has read what stands above it: so the server sees it, too.
      reading.readTo(seq, 0);
      reader.knows(reading.seq);
    } else if (live && attentive) {
      reading.readTo(seq, 0);
      reader.soon();
    } else if (root === undefined) {
      reading.said(seq);
    }
  }

  /** One read on, or back, on another device. @param {number} seq */
  #readElsewhere(seq) {
    const { reading, reader, log } = this.#room;
    reader.knows(seq);
    if (seq === reading.seq) return;
    const back = seq < reading.seq;
    const left = log.countAfter(seq);
    if (back) Object.assign(reading, { seq, held: reading.watched });
    else reading.readTo(seq, left);
    // How often one is called in what is left, only the server can say.
    if (back || left !== 0) this.refresh();
  }

  /**
   * @param {RoomEvent} event
   * @param {boolean} live
   */
  #memberChanged(event, live) {
    const { members, standing } = this.#room;
    const member = /** @type {import('./contract.js').Member} */ (event.member);
    members.put(member);
    if (member.user !== this.#around.me().username) return;
    standing.changed(event);
    if (live) this.refresh();
  }

  /** @param {string} username */
  #gone(username) {
    this.#room.members.remove(username);
    this.#room.presence.left(username);
  }
}
