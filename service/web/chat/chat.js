/**
 * One person's chat: the rooms they are in, the one that is open, and the connection that feeds them all. It brings
 * frames to their rooms and joins again after every loss. Emits `change` when the list, the open room, the person or
 * the connection changes; each room speaks for itself.
 *
 * @typedef {import('./contract.js').RoomInfo} RoomInfo
 * @typedef {import('./contract.js').User} User
 */

import { Blocks } from './blocks.js';
import { Claims } from './claims.js';
import { titleOf } from './direct.js';
import { RecentEmoji } from './emoji.js';
import { Hearing } from './hearing.js';
import { Keeping } from './keeping.js';
import { usualLevels } from './levels.js';
import { Names } from './names.js';
import { Pictures } from './pictures.js';
import { quietly } from './quietly.js';
import { Room } from './room.js';
import { MemoryStore } from './store.js';
import { Threads } from './threads.js';

/** When the list of rooms could not be had on an open connection. */
const RELOAD_AFTER_MS = 2_000;

export class Chat extends EventTarget {
  /** @type {Map<string, Room>} the rooms that one is in */
  rooms = new Map();
  /** @type {RoomInfo[]} every room that one may know of */
  directory = [];
  /** @type {Room | null} */
  current = null;
  names = new Names();
  /** @type {string[]} the slugs of the rooms that were open, the latest first */
  recent = [];
  /** How often one was called since the page began: a list of that is old when this is another. */
  called = 0;
  /** The threads that one follows. */
  threads;
  /** What stands half written in the composers. */
  drafts;
  /** The pictures of messages, as they are shown. */
  pictures;
  /** The emoji that one uses most. */
  emoji;
  /** Whom one has blocked. */
  blocks;

  #around;
  #lastKnown;
  #hearing;
  #keeping;
  #visible = true;
  #focused = true;
  #greetings = 0;

  /**
   * @param {object} parts
   * @param {User} parts.me
   * @param {import('./connection.js').Connection} parts.connection
   * @param {import('./api.js').Api} parts.api
   * @param {import('./nonce.js').Nonces} parts.nonces
   * @param {import('./clock.js').Clock} parts.clock
   * @param {import('./store.js').Store} [parts.store] What outlives the page.
   * @param {Claims} [parts.claims] Which of several tabs sends what is there.
   * @param {import('./levels.js').Levels} [parts.levels] What of each room calls them.
   * @param {RecentEmoji} [parts.emoji]
   * @param {Pick<import('./last_known.js').LastKnown, 'keep'>} [parts.lastKnown] What opens the chat without a server.
   */
  constructor({ me, connection, api, nonces, clock, store = new MemoryStore(), claims = new Claims(undefined, 'only'), levels = usualLevels(), emoji = new RecentEmoji(), lastKnown }) {
    super();
    this.me = me;
    this.connection = connection;
    this.api = api;
    this.clock = clock;
    this.names.learn(me);
    this.levels = levels;
    levels.addEventListener('change', () => this.#changed());
    this.emoji = emoji;
    this.#lastKnown = lastKnown;
    this.pictures = new Pictures(api);
    this.blocks = new Blocks(api);
    this.#keeping = new Keeping({ store, claims, clock, account: me.id, rooms: this.rooms });
    this.drafts = this.#keeping.drafts;
    this.threads = new Threads({ api, me: () => this.me });
    this.threads.addEventListener('change', () => this.#changed());
    const { names, threads, drafts } = this;
    this.#around = { connection, api, nonces, clock, names, threads, drafts, postbox: this.#keeping.postbox, me: () => this.me };
    this.#hearing = new Hearing({ connection, clock, rooms: () => this.#wanted(), look: () => this.#reloadRooms() });
    connection.addEventListener('hello', () => this.#greeted());
    connection.addEventListener('change', () => this.#connectionChanged());
    connection.addEventListener('frame', (event) => this.#route(/** @type {CustomEvent} */ (event).detail));
  }

  /**
   * @param {string} wanted The slug of the room to open first, or nothing.
   * @param {boolean} pick Whether to open some room if that one can't be.
   * @param {RoomInfo[]} [known] The rooms as they last were, where the server can't be asked: it is when it is back.
   */
  async start(wanted, pick, known) {
    if (known) this.#take(known);
    await Promise.all([known ? null : this.loadRooms(), this.drafts.load()]);
    if (known) this.#greetings = 1;
    if (!(wanted && this.open(wanted)) && pick) this.#show(this.list()[0] ?? null);
    await this.#keeping.collect();
    this.connection.start();
    this.#changed();
  }

  /** Ends the conversation with the server; what was written and read stays, for when the same person is back. */
  pause() {
    this.#hearing.stop();
    this.connection.stop();
  }

  /** @returns {Room[]} by name */
  list() {
    return [...this.rooms.values()].sort((a, b) => a.info.name.localeCompare(b.info.name));
  }

  /** What a room is called, as far as this page knows it. @param {string} slug */
  roomName(slug) {
    const info = this.rooms.get(slug)?.info ?? this.directory.find((one) => one.slug === slug);
    return info ? titleOf(info, this.me.username, this.names) : slug;
  }

  /** @returns {RoomInfo[]} the rooms that one knows of and is not in, by name */
  others() {
    const others = this.directory.filter((info) => info.visibility !== 'direct' && !this.rooms.has(info.slug));
    return others.sort((a, b) => a.name.localeCompare(b.name));
  }

  get unread() {
    let sum = 0;
    for (const room of this.rooms.values()) sum += room.unread;
    return sum;
  }

  get mentions() {
    let sum = 0;
    for (const room of this.rooms.values()) sum += room.mentions;
    return sum;
  }

  /** How many messages the server does not have yet. */
  get waiting() {
    return this.#keeping.waiting;
  }

  /** Signing out: nothing of this person is left in this browser. */
  async forgetLocal() {
    this.pictures.clear();
    await this.#keeping.forget();
  }

  async loadRooms() {
    this.#take(await this.api.rooms());
    this.#lastKnown?.keep(this.me, this.directory);
  }

  /** @param {RoomInfo[]} directory */
  #take(directory) {
    this.directory = directory;
    for (const info of this.directory) if (info.you?.role && !this.rooms.has(info.slug)) this.#add(info);
    for (const room of this.rooms.values()) this.#compare(room);
    if (this.#greetings > 0) this.#hearing.begin();
    this.#changed();
  }

  /**
   * Shows a room that one is in, or one from the directory. False: there is no such room for this person.
   * @param {string} slug
   */
  open(slug) {
    const known = this.rooms.get(slug);
    const info = this.directory.find((one) => one.slug === slug);
    if (!known && !info) return false;
    const room = known ?? this.#add(/** @type {RoomInfo} */ (info));
    this.#show(room);
    this.#changed();
    return true;
  }

  /**
   * Opens a room and joins it, which makes a member of who wasn't one.
   * @param {string} slug
   */
  enter(slug) {
    if (this.open(slug) && this.current && this.current.state !== 'joined') this.#hearing.want(this.current);
  }

  /**
   * Shows a message, in its room. False: there is no such room for this person. Failing is the caller's to show.
   * @param {string} slug
   * @param {import('./contract.js').Message | string} message Or its id.
   */
  async goTo(slug, message) {
    if (!this.open(slug)) return false;
    await this.rooms.get(slug)?.goTo(message);
    return true;
  }

  /** No room is open: on a telephone the list fills the screen. */
  close() {
    this.#show(null);
    this.#changed();
  }

  /** @param {Partial<RoomInfo> & {slug: string}} wish */
  async createRoom(wish) {
    const info = await this.api.createRoom(wish);
    this.directory = [...this.directory.filter((one) => one.slug !== info.slug), info];
    this.enter(info.slug);
  }

  /**
   * Opens the direct room with these people.
   * @param {string[]} usernames
   */
  async openDirect(usernames) {
    const info = await this.api.openDirect(usernames);
    this.directory = [...this.directory.filter((one) => one.slug !== info.slug), info];
    this.enter(info.slug);
  }

  /**
   * Gives up membership.
   * @param {string} slug
   */
  async leave(slug) {
    await this.api.removeMember(slug, this.me.username);
    this.forget(slug);
    await this.loadRooms();
  }

  /**
   * Takes a room off the list, after it ended or refused.
   * @param {string} slug
   */
  forget(slug) {
    const room = this.rooms.get(slug);
    this.rooms.delete(slug);
    room?.disconnected();
    room?.standing.stop();
    if (this.current === room) this.#show(this.list()[0] ?? null);
    this.#changed();
  }

  /** @param {{name?: string, password?: string, current_password?: string}} change */
  async changeMe(change) {
    this.#became(await this.api.changeMe(change));
  }

  /** @param {boolean} visible Whether the page can be seen at all. */
  setVisible(visible) {
    this.#visible = visible;
    this.#watch();
    if (visible) this.#lookAround();
    else this.drafts.keepNow();
  }

  /** @param {boolean} focused Whether what one types would reach the page: beside another window it may be visible. */
  setFocused(focused) {
    this.#focused = focused;
    this.#watch();
  }

  #watch() {
    const watched = this.#visible && this.#focused;
    if (this.current && this.current.reading.watched !== watched) this.current.watch(watched);
    this.#changed();
  }

  /** Back at the page: the line may be dead, and somebody may have put one into a room meanwhile. */
  #lookAround() {
    this.connection.wake();
    if (this.connection.state.name === 'open') this.#reloadRooms();
  }

  /** @param {RoomInfo} info */
  #add(info) {
    const room = new Room(info, this.#around);
    this.rooms.set(info.slug, room);
    room.addEventListener('change', () => this.#changed());
    this.#keeping.deliver(room);
    return room;
  }

  /**
   * What happened to membership while nobody told us: it ended on another device, or the room is gone. Of a room that
   * is joined the connection tells more, and sooner: a list that was asked for before the join knows nothing of it.
   * @param {Room} room
   */
  #compare(room) {
    const info = this.directory.find((one) => one.slug === room.slug);
    const member = Boolean(info?.you?.role);
    if (info && (member || room.state !== 'joined')) room.know(info);
    if (room.state === 'outside' && member) this.#hearing.want(room);
    if (room.state === 'apart' && !member) room.end({ code: info ? 'gone' : 'not_found' });
  }

  /** @param {Room | null} room */
  #show(room) {
    if (this.current === room) return;
    const before = this.current;
    before?.watch(false);
    before?.left();
    if (before?.state === 'outside') {
      this.rooms.delete(before.slug);
      before.standing.stop();
    }
    this.current = room;
    if (room) this.recent = [room.slug, ...this.recent.filter((slug) => slug !== room.slug)];
    if (room?.state === 'apart' && this.#greetings > 0) this.#hearing.want(room);
    room?.watch(this.#visible && this.#focused);
  }

  /** The rooms that one is in: the open one, those that were open last, and the others. */
  #wanted() {
    const place = (/** @type {Room} */ { slug }) => (this.recent.includes(slug) ? this.recent.indexOf(slug) : Infinity);
    return this.list().sort((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)));
  }

  /**
   * Joins again what one is in, the open room first: it is the one that somebody waits for. Joining makes members, so
   * after a loss it is asked first whether one still is.
   */
  async #greeted() {
    const hello = this.connection.hello;
    if (hello) this.#became(hello.user);
    if (this.#greetings > 0 && !(await this.#reloadRooms())) {
      this.clock.after(RELOAD_AFTER_MS, () => {
        if (this.connection.state.name === 'open' && this.connection.hello === hello) this.#greeted();
      });
      return;
    }
    if (this.connection.state.name !== 'open' || this.connection.hello !== hello) return;
    this.#greetings += 1;
    quietly(this.threads.load());
    this.#keeping.collect();
    this.#hearing.begin();
  }

  #connectionChanged() {
    if (this.connection.state.name !== 'open') {
      for (const room of this.rooms.values()) if (room.state === 'joining' || room.state === 'joined') room.disconnected();
    }
    this.#changed();
  }

  /** @param {import('./contract.js').Frame} frame */
  #route(frame) {
    if (frame.type === 'mentioned') this.called += 1;
    if (frame.type === 'you.changed') {
      this.#became(/** @type {any} */ (frame.user));
      this.#reloadRooms();
    } else if (frame.type === 'invited') {
      this.#invited(/** @type {any} */ (frame.room));
    } else if (frame.room !== undefined) {
      const slug = typeof frame.room === 'string' ? frame.room : frame.room.slug;
      this.rooms.get(slug)?.receive(frame);
    }
  }

  /**
   * Somebody made one a member, or gave the place back. The list is asked for after that was told: it can't be one from
   * before a kick, which joining again would undo.
   * @param {string} slug
   */
  async #invited(slug) {
    await this.#reloadRooms();
    const room = this.rooms.get(slug);
    if (room?.state === 'out' && room.info.you?.role) room.join();
  }

  /** A new role opens and closes doors; where the list can't be had now, the next `hello` asks again. */
  async #reloadRooms() {
    return (await quietly(this.loadRooms().then(() => true))) ?? false;
  }

  /** @param {User} user */
  #became(user) {
    this.me = user;
    this.names.learn(user);
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}
