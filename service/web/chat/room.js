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
 * @property {Pick<import('./api.js').Api, 'room' | 'messages' | 'members'>} api
 * @property {import('./names.js').Names} names
 * @property {import('./nonce.js').Nonces} nonces
 * @property {import('./clock.js').Clock} clock
 * @property {() => string} me The username of the person.
 */

import { Delivery } from './delivery.js';
import { History } from './history.js';
import { Members } from './members.js';
import { Presence } from './presence.js';
import { Problem } from './problem.js';
import { RoomLog } from './room_log.js';
import { SessionEnded } from './session.js';

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
  members = new Members();
  /** @type {Presence} */
  presence;
  /** @type {Refusal | null} */
  refusal = null;
  /** @type {Removal | null} */
  removal = null;
  /** Whether the server said that this connection fell behind, and is being fed from the log. */
  lagging = false;
  /** Whether somebody looks at it right now. */
  watched = false;
  unread = 0;
  /** @type {number | null} the seq above which the line between read and new stands */
  firstUnread = null;
  /** What stands in the composer: it survives going to another room. */
  draft = '';

  #around;
  #cancelRetry = () => {};
  #delivery;
  #history;

  /**
   * @param {RoomInfo} info
   * @param {Surroundings} around
   */
  constructor(info, around) {
    super();
    this.info = info;
    this.state = info.you?.role ? 'apart' : 'outside';
    this.#around = around;
    this.presence = new Presence(around.clock, () => this.#changed());
    this.#history = new History(info.slug, this.log, around.api);
    this.#delivery = new Delivery({
      slug: info.slug,
      connection: around.connection,
      clock: around.clock,
      logSeq: () => this.log.seq,
      changed: () => this.#changed(),
    });
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
    this.firstUnread = null;
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

  /** @param {boolean} watched */
  watch(watched) {
    this.watched = watched;
    if (watched && this.unread > 0) {
      this.unread = 0;
      this.#changed();
    }
  }

  /** The line above what was new has been seen: it goes when the room is left. */
  forgetLine() {
    if (this.unread === 0) this.firstUnread = null;
  }

  /**
   * Moves the window: to what is older, newer, or the latest of all.
   * @param {'older' | 'newer' | 'latest'} where
   */
  async show(where) {
    if (!this.loaded) return;
    try {
      const page = this.#history[where]();
      this.#changed();
      await page;
    } finally {
      this.#changed();
    }
  }

  get paging() {
    return this.#history.loading;
  }

  /** Who belongs here, with their names. */
  async loadMembers() {
    const members = await this.#around.api.members(this.slug);
    for (const member of members) this.#learn(member);
    this.members.reset(members);
    this.#changed();
  }

  /** @param {import('./contract.js').JoinAnswer} answer */
  #joined(answer) {
    this.state = 'joined';
    this.refusal = null;
    this.removal = null;
    this.info = answer.room;
    this.presence.reset(answer.online);
    if (answer.reset) {
      if (answer.epoch !== this.log.epoch) this.outbox.forgotten();
      this.log.reset({ epoch: answer.epoch, seq: answer.seq, messages: answer.messages ?? [] });
      for (const message of this.log.messages) this.#around.names.learn(message.author);
      this.firstUnread = null;
    } else {
      for (const event of answer.events ?? []) this.#event(event);
    }
    this.#delivery.open();
    this.#changed();
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

  /** @param {import('./contract.js').RoomEvent & Frame} event */
  #event(event) {
    const result = this.log.apply(event);
    // A join that is on its way answers for all that is missing.
    if (result === 'gap' && this.state !== 'joining') this.join();
    if (result !== 'applied') return;
    this.lagging = false;
    this.outbox.reached(this.log.seq);
    if (event.type === 'message.posted') this.#posted(/** @type {any} */ (event.message));
    else if (event.type === 'member.joined' || event.type === 'member.changed') this.#member(/** @type {any} */ (event.member));
    else if (event.type === 'member.left') this.#gone(/** @type {string} */ (event.user));
    else if (event.type === 'room.changed') this.#refresh();
    else if (event.type === 'room.deleted') this.end({ code: 'room_deleted', by: event.by });
  }

  /** The event is the same for everybody; what one may do under the new settings only the server can say. */
  async #refresh() {
    try {
      this.info = await this.#around.api.room(this.slug);
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
    if (message.author.username === this.#around.me() || this.watched) return;
    if (this.unread === 0) this.firstUnread = message.seq;
    this.unread += 1;
  }

  /** @param {import('./contract.js').Member} member */
  #member(member) {
    this.#learn(member);
    this.members.put(member);
  }

  /** @param {string} username */
  #gone(username) {
    this.members.remove(username);
    this.presence.left(username);
  }

  /** @param {import('./contract.js').Member} member */
  #learn(member) {
    if (member.name) this.#around.names.learn({ username: member.user, name: member.name });
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}
