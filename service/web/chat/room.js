/**
 * One room as one person sees it: joining and resuming, its log, who is there, what is on its way out. It speaks
 * through a connection and an API that are given to it. Emits `change` after anything that a reader could notice.
 *
 * @typedef {import('./contract.js').RoomInfo} RoomInfo
 * @typedef {import('./contract.js').Frame} Frame
 * @typedef {import('./contract.js').Refusal} Refusal
 * @typedef {{code: string, by?: string, until?: string, reason?: string}} Removal
 *
 * @typedef {object} Surroundings
 * @property {Pick<import('./connection.js').Connection, 'command'>} connection
 * @property {Pick<import('./api.js').Api, 'room' | 'messages' | 'members' | 'permissions'>} api
 * @property {import('./names.js').Names} names
 * @property {import('./nonce.js').Nonces} nonces
 * @property {import('./clock.js').Clock} clock
 * @property {() => import('./contract.js').User} me The person.
 */

import { Deletions } from './deletions.js';
import { Delivery } from './delivery.js';
import { History } from './history.js';
import { Members } from './members.js';
import { Presence } from './presence.js';
import { Problem } from './problem.js';
import { RoomLog } from './room_log.js';
import { SessionEnded } from './session.js';
import { Standing } from './standing.js';
import { Unread } from './unread.js';

/** Refusals of a join that time alone can cure. */
const PASSING = new Set(['rate_limited', 'unavailable', 'internal']);

/** For a refusal that asks to wait but does not say how long. */
const DEFAULT_DELAY_S = 2;

export class Room extends EventTarget {
  /**
   * `outside`: not a member, and joining would make one, so only the person may; `apart`: a member, not connected;
   * `out`: no longer a member (see `removal`); `refused`: not let in (see `refusal`).
   * @type {'outside' | 'apart' | 'joining' | 'joined' | 'out' | 'refused'}
   */
  state;
  log = new RoomLog();
  /** @type {Members} */
  members;
  /** @type {Presence} */
  presence;
  /** @type {Refusal | null} */
  refusal = null;
  /** @type {Removal | null} */
  removal = null;
  /** Whether the server said that this connection fell behind, and is being fed from the log. */
  lagging = false;
  reading = new Unread();
  /** What stands in the composer: it survives going to another room. */
  draft = '';

  #around;
  #cancelRetry = () => {};
  #delivery;

  /**
   * @param {RoomInfo} info
   * @param {Surroundings} around
   */
  constructor(info, around) {
    super();
    this.info = info;
    this.state = info.you?.role ? 'apart' : 'outside';
    this.#around = around;
    const changed = () => this.#changed();
    const own = { ...around, slug: info.slug, log: this.log, changed };
    this.presence = new Presence(around.clock, changed);
    this.members = new Members(own);
    this.history = new History(own);
    this.deletions = new Deletions(own);
    this.#delivery = new Delivery({ ...own, logSeq: () => this.log.seq });
    this.standing = new Standing({ ...own, role: () => around.me().role, refresh: () => this.#refresh() });
    this.standing.seen(info);
  }

  get slug() {
    return this.info.slug;
  }

  /** What the person wrote and the log does not show yet. */
  get outbox() {
    return this.#delivery.outbox;
  }

  /** Whether the log was ever loaded: until then there is nothing to show. */
  get loaded() {
    return this.log.epoch !== null;
  }

  /** Whether one belongs to it, as far as this page knows; connected or not. */
  get isMember() {
    return this.state === 'joined' || this.state === 'joining' || this.state === 'apart';
  }

  get unread() {
    return this.reading.count;
  }

  /**
   * The room's object, as the server showed it to this person.
   * @param {RoomInfo} info
   */
  know(info) {
    this.info = info;
    this.standing.seen(info);
  }

  /** Joins, or after a loss resumes from where the log stands. */
  join() {
    this.#cancelRetry();
    this.state = 'joining';
    this.#changed();
    const resume = this.log.epoch === null ? {} : { since: this.log.seq, epoch: this.log.epoch };
    this.#around.connection.command({ type: 'join', room: this.slug, ...resume }, (reply) => {
      if (reply.type === 'ok') this.#joined(/** @type {any} */ (reply));
      else if (reply.type === 'error') this.#refused(reply);
      else this.disconnected();
    });
  }

  /** The connection went. What was on its way is sent again after the next join. */
  disconnected() {
    this.#cancelRetry();
    this.#delivery.close();
    this.lagging = false;
    this.presence.reset([]);
    if (this.state === 'joining' || this.state === 'joined') this.state = 'apart';
    this.#changed();
  }

  /**
   * Membership is over, whoever ended it. Coming back is for the person to decide: a page that rejoined by itself
   * would undo a kick.
   * @param {Removal} removal
   */
  end(removal) {
    this.#cancelRetry();
    this.#delivery.close();
    this.state = 'out';
    this.removal = removal;
    this.presence.reset([]);
    this.standing.removed(removal, this.log.seq);
    this.#changed();
  }

  /**
   * An event or a notice of this room.
   * @param {Frame} frame
   */
  receive(frame) {
    if (frame.seq !== undefined && frame.at !== undefined) this.#event(/** @type {any} */ (frame));
    else this.#notice(frame);
    this.#changed();
  }

  /** @param {string} text */
  send(text) {
    const tidy = text.replaceAll('\0', '').toWellFormed().trim();
    if (tidy === '') return;
    const { nonces, clock } = this.#around;
    this.outbox.add(nonces.next(), tidy, clock.now());
    this.presence.told();
    this.reading.first = null;
    this.#delivery.next();
    this.#changed();
  }

  /** @param {string} nonce */
  retry(nonce) {
    this.outbox.retry(nonce);
    this.#delivery.next();
    this.#changed();
  }

  /** @param {string} nonce */
  discard(nonce) {
    this.outbox.discard(nonce);
    this.#changed();
  }

  /** Tells the others that one is typing, but not with every key. */
  typing() {
    if (this.state !== 'joined' || !this.presence.shouldTell()) return;
    this.#around.connection.command({ type: 'typing', room: this.slug });
  }

  /**
   * Tells those who moderate the room about a message.
   * @param {string} message
   * @param {string} reason
   * @returns {Promise<void>}
   */
  report(message, reason) {
    return new Promise((resolve, reject) => {
      this.#around.connection.command({ type: 'report', message, reason }, (reply) => {
        if (reply.type === 'ok') resolve();
        else reject(Problem.ofReply(reply));
      });
    });
  }

  /** @param {boolean} watched */
  watch(watched) {
    this.standing.watch(watched);
    if (this.reading.watch(watched)) this.#changed();
  }

  /** @param {import('./contract.js').JoinAnswer} answer */
  #joined(answer) {
    this.state = 'joined';
    this.refusal = null;
    this.removal = null;
    this.presence.reset(answer.online);
    if (answer.reset) this.#begin(answer);
    else for (const event of answer.events ?? []) this.#event(event, false);
    this.know(answer.room);
    this.#delivery.open();
    this.#changed();
  }

  /** @param {import('./contract.js').JoinAnswer} answer */
  #begin({ epoch, seq, messages = [] }) {
    if (epoch !== this.log.epoch) this.outbox.forgotten();
    this.log.reset({ epoch, seq, messages });
    for (const message of messages) this.#around.names.learn(message.author);
    this.reading.first = null;
    this.standing.reset();
  }

  /** @param {Refusal} refusal */
  #refused(refusal) {
    this.refusal = refusal;
    if (PASSING.has(refusal.code)) {
      this.state = 'apart';
      const delay = (refusal.retry_after ?? DEFAULT_DELAY_S) * 1000;
      this.#cancelRetry = this.#around.clock.after(delay, () => this.join());
    } else {
      this.state = 'refused';
    }
    this.#changed();
  }

  /**
   * @param {import('./contract.js').RoomEvent & Frame} event
   * @param {boolean} live Whether it happens now. A replay comes with the room's object as it is after it.
   */
  #event(event, live = true) {
    const result = this.log.apply(event);
    // A join that is on its way answers for all that is missing.
    if (result === 'gap' && this.state !== 'joining') this.join();
    if (result !== 'applied') return;
    this.lagging = false;
    this.outbox.reached(this.log.seq);
    const { type, message, member, user } = event;
    if (type === 'message.posted' && message) this.#posted(message);
    else if (type === 'message.restored' && message) this.deletions.restored(message.id);
    else if (type === 'member.joined' && member) this.members.put(member);
    else if (type === 'member.changed' && member) this.#memberChanged(event, member, live);
    else if (type === 'member.left' && user) this.#gone(user);
    else if (type === 'room.changed' && live) this.#refresh();
    else if (type === 'room.deleted') this.end({ code: 'room_deleted', by: event.by });
  }

  /** The event is the same for everybody; what one may do under the new settings only the server can say. */
  async #refresh() {
    try {
      const info = await this.#around.api.room(this.slug);
      // Of two that were asked for, the older one may be the later to come.
      if (info.seq >= this.info.seq) this.know(info);
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
    }
    this.#changed();
  }

  /** @param {Frame} notice */
  #notice(notice) {
    if (notice.type === 'presence') this.presence.saw(notice.user, notice.state);
    else if (notice.type === 'typing') this.presence.types(notice.user);
    else if (notice.type === 'lagging') this.lagging = true;
    else if (notice.type === 'removed') this.end(/** @type {any} */ (notice));
  }

  /** @param {import('./contract.js').Message} message */
  #posted(message) {
    this.#around.names.learn(message.author);
    this.presence.spoke(message.author.username);
    if (message.author.username !== this.#around.me().username) this.reading.said(message.seq);
  }

  /**
   * @param {import('./contract.js').RoomEvent} event
   * @param {import('./contract.js').Member} member
   * @param {boolean} live
   */
  #memberChanged(event, member, live) {
    this.members.put(member);
    if (member.user !== this.#around.me().username) return;
    this.standing.changed(event);
    if (live) this.#refresh();
  }

  /** @param {string} username */
  #gone(username) {
    this.members.remove(username);
    this.presence.left(username);
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}
