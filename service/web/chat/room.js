/**
 * One room as one person sees it: joining and resuming, its log, who is there, what is on its way out, how far one has
 * read. It speaks through a connection and an API that are given to it. Emits `change` after anything that a reader
 * could notice.
 *
 * @typedef {import('./contract.js').RoomInfo} RoomInfo
 * @typedef {import('./contract.js').Message} Message
 * @typedef {import('./contract.js').Frame} Frame
 * @typedef {import('./joining.js').Removal} Removal
 *
 * @typedef {object} Surroundings
 * @property {Pick<import('./connection.js').Connection, 'command'>} connection
 * @property {import('./api.js').Api} api
 * @property {import('./names.js').Names} names
 * @property {import('./nonce.js').Nonces} nonces
 * @property {import('./clock.js').Clock} clock
 * @property {import('./threads.js').Threads} threads Those that the person follows.
 * @property {import('./postbox.js').Postbox} postbox
 * @property {import('./drafts.js').Drafts} drafts
 * @property {() => import('./contract.js').User} me The person.
 */

import { Changes } from './changes.js';
import { Deletions } from './deletions.js';
import { Delivery } from './delivery.js';
import { titleOf } from './direct.js';
import { Feed } from './feed.js';
import { History } from './history.js';
import { Joining } from './joining.js';
import { Members } from './members.js';
import { Pins } from './pins.js';
import { Place } from './place.js';
import { Presence } from './presence.js';
import { Problem } from './problem.js';
import { quietly } from './quietly.js';
import { Reader } from './reader.js';
import { Reading } from './reading.js';
import { RoomLog } from './room_log.js';
import { RoomThreads } from './room_threads.js';
import { Standing } from './standing.js';
import { View } from './view.js';

export class Room extends EventTarget {
  log = new RoomLog();
  view = new View(this.log);
  reading = new Reading();
  /** Whether the server said that this connection fell behind, and is being fed from the log. */
  lagging = false;

  #around;
  #delivery;
  #feed;
  #joining;
  #draft;

  /**
   * @param {RoomInfo} info
   * @param {Surroundings} around
   */
  constructor(info, around) {
    super();
    this.info = info;
    this.#around = around;
    const own = { ...around, slug: info.slug, log: this.log, changed: () => this.changed() };
    this.presence = new Presence(around.clock, own.changed);
    this.members = new Members(own);
    this.history = new History(own);
    this.deletions = new Deletions(own);
    this.changes = new Changes({ ...own, put: (message) => this.#put(message) });
    this.pins = new Pins(own);
    this.reader = new Reader({ ...own, reading: this.reading, joined: () => this.state === 'joined' });
    this.#delivery = new Delivery({ ...own, logSeq: () => this.log.seq });
    this.#feed = new Feed(this, around);
    this.#joining = new Joining(this, around, (event) => this.#feed.event(event, false));
    this.threads = new RoomThreads(this, around);
    this.#draft = around.drafts.of(info.slug);
    this.standing = new Standing({ ...own, role: () => around.me().role, refresh: () => this.#feed.refresh() });
    this.place = new Place(this, around);
    this.know(info);
  }

  get slug() {
    return this.info.slug;
  }

  /** What it is called: a direct room after the others in it. */
  get name() {
    return titleOf(this.info, this.#around.me().username, this.#around.names);
  }

  get state() {
    return this.#joining.state;
  }

  /** Why one was not let in. */
  get refusal() {
    return this.#joining.refusal;
  }

  /** How one's membership ended. */
  get removal() {
    return this.#joining.removal;
  }

  /** The thread that stands open beside the room. */
  get openThread() {
    return this.threads.open;
  }

  /** What the person wrote and the log does not show yet. */
  get outbox() {
    return this.#delivery.outbox;
  }

  /** What stands in the composer: it survives going to another room, and a reload. */
  get draft() {
    return this.#draft.text;
  }

  set draft(text) {
    this.#draft.text = text;
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

  get mentions() {
    return this.reading.mentions;
  }

  /**
   * The room's object, as the server showed it to this person.
   * @param {RoomInfo} info
   */
  know(info) {
    this.info = info;
    this.standing.seen(info);
    if (info.you) this.reading.know(info.you, info.seq);
  }

  /** Joins, or after a loss resumes from where the log stands. */
  join() {
    this.#joining.join();
  }

  /** The connection went. What was on its way is sent again after the next join. */
  disconnected() {
    this.#joining.lost();
  }

  /** It is not heard any more, for another one's sake; one is still in it. */
  silence() {
    this.#joining.silence();
  }

  /**
   * Membership is over, whoever ended it.
   * @param {Removal} removal
   */
  end(removal) {
    this.#joining.end(removal);
  }

  /**
   * An event or a notice of this room.
   * @param {Frame} frame
   */
  receive(frame) {
    if (frame.seq !== undefined && frame.at !== undefined) this.#feed.event(/** @type {any} */ (frame), true);
    else this.#feed.notice(frame);
    this.changed();
  }

  /**
   * @param {string} text
   * @param {import('./delivery.js').Beside} [beside]
   */
  send(text, beside = {}) {
    if (!this.#delivery.write(text, beside)) return;
    this.presence.told();
    if (beside.root === undefined) {
      this.reading.line = null;
      // Who says something wants to see it. Without a network it is shown once one is back at the end.
      quietly(this.goToEnd());
    }
    this.changed();
  }

  /** @param {string} nonce */
  retry(nonce) {
    this.#delivery.retry(nonce);
  }

  /** @param {string} nonce */
  discard(nonce) {
    this.#delivery.discard(nonce);
  }

  /** @param {import('./outbox.js').Outgoing[]} items What an earlier page left behind. */
  restore(items) {
    this.#delivery.restore(items);
  }

  /** Tells the others that one is typing, but not with every key. */
  typing() {
    if (this.state !== 'joined' || !this.presence.shouldTell()) return;
    this.#around.connection.command({ type: 'typing', room: this.slug });
  }

  /**
   * A message as it is once all that this person does to it is done.
   * @param {Message} message
   */
  shown(message) {
    return this.changes.shown(message);
  }

  /** @param {Message} message @param {string} text */
  edit(message, text) {
    this.changes.edit(message, text);
  }

  /** @param {Message} message @param {string} emoji @param {boolean} on */
  react(message, emoji, on) {
    this.changes.react(message, emoji, on);
  }

  /** @param {Message} message @param {boolean} on */
  pin(message, on) {
    this.changes.pin(message, on);
  }

  /**
   * Tells those who moderate the room about a message. Failing is the caller's to show.
   * @param {string} message
   * @param {string} reason
   */
  async report(message, reason) {
    const { connection } = this.#around;
    const reply = await new Promise((resolve) => connection.command({ type: 'report', message, reason }, resolve));
    if (reply.type !== 'ok') throw Problem.ofReply(reply);
  }

  /** The thread under a message; it loads when somebody opens it. @param {string} root The message's id. */
  thread(root) {
    return this.threads.under(root);
  }

  /** @param {string} root @param {string} [reply] One to be shown in it. */
  openThreadOf(root, reply) {
    this.threads.show(root, reply);
  }

  closeThread() {
    this.threads.close();
  }

  /** @param {Message | string} message Or its id. */
  goTo(message) {
    return this.place.goTo(message);
  }

  goToEnd() {
    return this.place.goToEnd();
  }

  /** Whether somebody looks at the end of it, and so sees what is said as it is said. */
  get attentive() {
    return this.reading.attends && this.log.following && this.view.atEnd;
  }

  /** Somebody looks at the room, or no longer. @param {boolean} watched */
  watch(watched) {
    this.standing.watch(watched);
    this.reading.watch(watched);
    if (watched) this.place.arrive();
    else this.reader.now();
    this.changed();
  }

  /** One has gone to another room. */
  left() {
    this.reader.now();
    this.reading.leave();
    this.place.left();
  }

  /** The reader has seen the room up to an event. @param {number} seq */
  seen(seq) {
    this.reader.seen(seq);
  }

  /** @param {Message} message From which on it is to be unread. Failing is the caller's to show. */
  markUnread(message) {
    return this.reader.unreadFrom(message.seq - 1);
  }

  changed() {
    this.dispatchEvent(new Event('change'));
  }

  /** Nothing comes in and nothing goes out until the next join. */
  rest() {
    this.#delivery.close();
    this.reader.stop();
    this.presence.reset([]);
  }

  /** The room is joined: what waited goes. @param {import('./contract.js').JoinAnswer} answer */
  resume({ room }) {
    if (room.you?.read !== undefined) this.reader.resumed(room.you.read);
    this.know(room);
    this.reader.now();
    this.#delivery.open();
    if (this.reading.watched) this.place.begin();
  }

  /** The log begins anew, or has a hole. @param {import('./contract.js').JoinAnswer} answer */
  reset({ epoch, seq, messages = [] }) {
    const another = epoch !== this.log.epoch;
    for (const message of messages) this.#around.names.learn(message.author);
    if (another) {
      this.outbox.forgotten();
      this.reading.reset();
      this.standing.reset();
    }
    this.place.reset({ epoch, seq, messages }, another);
    this.threads.stale();
    this.pins.forget();
  }

  /** @param {Message} message As an answer brought it. */
  #put(message) {
    this.log.put(message);
    this.threads.put(message);
  }
}
