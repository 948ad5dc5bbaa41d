/**
 * What one can do with the messages of a room, as one sees it in one place: the timeline, or a thread. It offers what is
 * allowed, does it by the room, and asks the page (by events that go up) for what needs a place of its own.
 *
 *     const talk = new Talk({ chat, room, element: this, changed: () => this.drawSoon() });
 *     talk.offers(message).edit && talk.edit(message)
 *
 * @typedef {import('../chat/contract.js').Message} Message
 *
 * @typedef {object} Offers
 * @property {boolean} react
 * @property {boolean} reply
 * @property {boolean} quote
 * @property {boolean} edit
 * @property {boolean} pin
 * @property {boolean} unread
 * @property {boolean} copy
 * @property {boolean} history What it said before.
 * @property {boolean} readers Who has read it.
 * @property {boolean} report
 * @property {boolean} moderate What those who moderate can do about it and who said it.
 * @property {boolean} delete
 */

import { mayDelete, mayReport } from '../chat/deletions.js';
import { quietly } from '../chat/quietly.js';
import { passes } from '../chat/roles.js';
import { moments } from './manner.js';

export class Talk {
  chat;
  room;
  /** Whether what is shown is one thread, and its root the message with this id. @type {string | null} */
  root;
  /** The message that is being edited in its place. @type {string | null} */
  editing = null;
  /** Long messages that somebody wants to see whole. @type {Set<string>} */
  unfolded = new Set();

  #element;
  #changed;

  /**
   * @param {object} parts
   * @param {import('../chat/chat.js').Chat} parts.chat
   * @param {import('../chat/room.js').Room} parts.room
   * @param {HTMLElement} parts.element Where it is shown: what has to be asked of the page goes up from there.
   * @param {() => void} parts.changed
   * @param {string | null} [parts.root]
   */
  constructor({ chat, room, element, changed, root = null }) {
    this.chat = chat;
    this.room = room;
    this.root = root;
    this.#element = element;
    this.#changed = changed;
  }

  get me() {
    return this.chat.me.username;
  }

  /** Whether the room is joined right now. */
  get connected() {
    return this.room.state === 'joined';
  }

  now() {
    return this.chat.clock.now();
  }

  /** @param {string} username */
  name(username) {
    return this.chat.names.of(username);
  }

  /** How to write a time in a sentence. @param {string} iso */
  time(iso) {
    return moments.short(iso, this.now());
  }

  /**
   * For whom a text is shown, and who says it.
   * @param {{username: string, role?: import('../chat/contract.js').ServerRole}} author
   * @returns {import('./text.js').Reader}
   */
  readerOf(author) {
    return {
      me: this.me,
      exists: (username) => this.exists(username),
      name: (username) => this.name(username),
      openPerson: (username, at) => this.openPerson(username, at),
      everybody: this.#callsAll(author),
    };
  }

  /**
   * Whether somebody may call everybody here, as far as is known: who moderates the room, and anybody among a few.
   * @param {{username: string, role?: import('../chat/contract.js').ServerRole}} author
   */
  #callsAll({ username, role }) {
    const inRoom = this.room.members.of(username)?.role ?? 'member';
    return this.room.info.visibility === 'direct' || inRoom !== 'member' || (role !== undefined && passes(role, 'moderator'));
  }

  /** Whether somebody is called so, as far as is known here. @param {string} username */
  exists(username) {
    return this.chat.names.knows(username) || this.room.members.of(username) !== undefined;
  }

  /**
   * What is worth offering; the server decides.
   * @param {Message} message
   * @returns {Offers}
   */
  offers(message) {
    const can = this.room.info.you?.can ?? [];
    const { connected } = this;
    const own = message.author.username === this.me;
    const there = !message.deleted;
    const said = there && (message.text ?? '') !== '';
    const writes = connected && can.includes('post');
    return {
      react: connected && there && can.includes('react'),
      reply: this.root === null && ((there && writes) || message.thread !== undefined),
      quote: said && writes,
      edit: there && own && writes,
      pin: connected && there && can.includes('pin'),
      unread: connected && this.root === null,
      copy: said,
      history: message.edited_at !== undefined && (own ? there : can.includes('moderate')),
      readers: connected && there && this.root === null && this.room.info.receipts,
      report: connected && mayReport(message, this.chat.me),
      moderate: connected && !own && can.includes('moderate'),
      delete: connected && mayDelete(message, this.chat.me, can),
    };
  }

  /** What this page did to a message, as long as there is something to say of it. @param {string} id */
  act(id) {
    return this.room.deletions.of(id);
  }

  /** @param {string} nonce */
  retry(nonce) {
    this.room.retry(nonce);
  }

  /** @param {string} nonce */
  discard(nonce) {
    this.room.discard(nonce);
  }

  /** @param {string} id */
  delete(id) {
    this.room.deletions.delete(id);
  }

  /** @param {string} id */
  undo(id) {
    this.room.deletions.undo(id);
  }

  /**
   * @param {Message} message
   * @param {string} emoji
   * @param {boolean} on
   */
  react(message, emoji, on) {
    if (on) this.chat.emoji.used(emoji);
    this.room.react(message, emoji, on);
  }

  /** @param {Message} message */
  pin(message) {
    this.room.pin(message, message.pinned === undefined);
  }

  /** @param {Message} message */
  edit(message) {
    this.editing = message.id;
    this.#changed();
  }

  /**
   * @param {Message} message
   * @param {string | null} text Null: it stays as it was.
   */
  edited(message, text) {
    this.editing = null;
    this.dismiss(message.id);
    if (text !== null && text !== message.text) this.room.edit(message, text);
    this.#changed();
    this.#send('message-edited', message.id);
  }

  /** Lets go of what was refused. @param {string} id */
  dismiss(id) {
    this.room.changes.dismiss(id);
  }

  /** What was tried with a message and refused. @param {string} id */
  refusals(id) {
    return this.room.changes.of(id).filter(({ refusal }) => refusal !== undefined);
  }

  /** @param {Message} message */
  markUnread(message) {
    quietly(this.room.markUnread(message));
  }

  /**
   * @param {string} id
   * @param {boolean} open
   */
  unfold(id, open) {
    if (open) this.unfolded.add(id);
    else this.unfolded.delete(id);
    this.#changed();
  }

  /**
   * Any emoji, from all that there are.
   * @param {Message} message
   * @param {Element} at
   */
  async pickEmoji(message, at) {
    const { pickEmoji } = await import('./emoji_picker.js');
    pickEmoji({ chat: this.chat, at, picked: (emoji) => this.react(message, emoji, true) });
  }

  /** @param {Message} message */
  report(message) {
    this.#send('open-dialog', { tag: 'moot-report', subject: message });
  }

  /** @param {Message} message */
  moderate(message) {
    this.#send('open-dialog', { tag: 'moot-act', subject: { user: message.author.username, room: this.room.slug, message } });
  }

  /** @param {Message} message */
  readers(message) {
    this.#send('open-dialog', { tag: 'moot-readers', subject: message });
  }

  /** @param {Message} message */
  history(message) {
    this.#send('open-dialog', { tag: 'moot-edits', subject: message });
  }

  /** The thread under a message, to read and to answer. @param {Message} message */
  openThread(message) {
    this.room.openThreadOf(message.root ?? message.id, message.root ? message.id : undefined);
  }

  /** @param {Message} message */
  quote(message) {
    this.#send('quote', message);
  }

  /**
   * @param {string} username
   * @param {Element} at
   */
  openPerson(username, at) {
    this.#send('open-person', { username, at });
  }

  /** @param {Message} message @param {number} index Which of its files. */
  openPicture(message, index) {
    this.#send('open-dialog', { tag: 'moot-viewer', subject: { files: message.files ?? [], index, by: message.author, at: message.at } });
  }

  /** @param {Message} message */
  linkTo(message) {
    return `${location.origin}/#${message.room}/${message.id}`;
  }

  /**
   * @param {string} type
   * @param {unknown} detail
   */
  #send(type, detail) {
    this.#element.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  }
}
