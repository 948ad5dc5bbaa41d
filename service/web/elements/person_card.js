/**
 * Somebody, in a few lines: what they are called, who they are here, and what one can do: write to them, or not hear
 * from them.
 *
 *     openPerson({ chat, username: 'bob', at: name });
 */

import { hasAuthority } from '../chat/authority.js';
import { Problem } from '../chat/problem.js';
import { quietly } from '../chat/quietly.js';
import { SessionEnded } from '../chat/session.js';
import { needs, say } from '../words/words.js';
import { h, icon } from './dom.js';
import { face } from './face.js';
import { openPopover } from './popover.js';

/** @type {Record<string, import('../words/words.js').Key>} */
const ROLES = {
  guest: 'page.role.guest',
  member: 'page.role.member',
  moderator: 'page.role.moderator',
  admin: 'page.role.admin',
  owner: 'page.role.owner',
};

/**
 * @param {object} wish
 * @param {import('../chat/chat.js').Chat} wish.chat
 * @param {string} wish.username
 * @param {Element} wish.at
 */
export async function openPerson({ chat, username, at }) {
  await needs('threads');
  const [person] = await Promise.all([quietly(chat.api.user(username)), quietly(chat.blocks.load())]);
  if (person) chat.names.learn(person);
  new Card(chat, username, person ?? null).open(at);
}

class Card {
  #chat;
  #username;
  #person;
  #close = () => {};
  #alert = h('p', { class: 'alert', role: 'alert', hidden: true });
  #node;

  /**
   * @param {import('../chat/chat.js').Chat} chat
   * @param {string} username
   * @param {import('../chat/contract.js').User | null} person Null for who is gone.
   */
  constructor(chat, username, person) {
    this.#chat = chat;
    this.#username = username;
    this.#person = person;
    this.#node = h('div', { class: 'card-popover', role: 'dialog', 'aria-label': chat.names.of(username) }, ...this.#parts());
  }

  /** @param {Element} at */
  open(at) {
    this.#close = openPopover(this.#node, { at, within: at });
    (this.#node.querySelector('button') ?? this.#node).focus();
  }

  #parts() {
    const name = this.#chat.names.of(this.#username);
    const head = h('div', { class: 'head' }, face(this.#username, name), h('div', {}, h('p', { class: 'name' }, h('bdi', {}, name)), h('p', { class: 'hint' }, `@${this.#username}`)));
    return [head, h('p', { class: 'badges' }, ...this.#badges()), this.#alert, ...this.#acts()];
  }

  /** Who they are: on the server, in this room, and whether they are there. */
  #badges() {
    const room = this.#chat.current;
    const here = this.#username === this.#chat.me.username || room?.presence.online.has(this.#username);
    const member = room?.members.of(this.#username);
    const badges = [];
    if (this.#person === null) return [h('span', { class: 'badge' }, say('threads.person.gone'))];
    if (here) badges.push(h('span', { class: 'badge accent' }, say('threads.person.here')));
    badges.push(h('span', { class: 'badge' }, say(ROLES[this.#person.role])));
    if (member && member.role !== 'member') badges.push(h('span', { class: 'badge' }, say('threads.person.roomRole', { role: say(ROLES[member.role]) })));
    if (this.#person.bot) badges.push(h('span', { class: 'badge' }, say('message.bot')));
    if (room?.members.isMuted(this.#username, this.#chat.clock.now())) badges.push(h('span', { class: 'badge caution' }, say('people.muted')));
    if (this.#chat.blocks.has(this.#username)) badges.push(h('span', { class: 'badge caution' }, say('threads.person.blocked')));
    return badges;
  }

  #acts() {
    const chat = this.#chat;
    if (this.#username === chat.me.username || this.#person === null) return [];
    const blocked = chat.blocks.has(this.#username);
    const write = h('button', { class: 'primary', onclick: () => this.#write() }, icon('mail'), say('threads.person.write'));
    const block = h('button', { onclick: () => this.#block(!blocked) }, icon('block'), say(blocked ? 'threads.person.unblock' : 'threads.person.block'));
    const moderate = hasAuthority(chat.me, chat.current ? [chat.current] : []) && h('button', { onclick: () => this.#moderate() }, icon('shield'), say('message.moderate'));
    return [h('div', { class: 'row' }, chat.me.role !== 'guest' && !blocked && write, moderate, block)];
  }

  #write() {
    return this.#orSay(async () => {
      await this.#chat.openDirect([this.#username]);
      this.#close();
    });
  }

  /** @param {boolean} on */
  #block(on) {
    return this.#orSay(async () => {
      await this.#chat.blocks.set(this.#username, this.#chat.names.of(this.#username), on);
      this.#node.replaceChildren(...this.#parts());
      this.#node.querySelector('button')?.focus();
    });
  }

  #moderate() {
    const detail = { tag: 'moot-act', subject: { user: this.#username, room: this.#chat.current?.slug } };
    const home = this.#node.parentElement;
    this.#close();
    home?.dispatchEvent(new CustomEvent('open-dialog', { detail, bubbles: true }));
  }

  /** @param {() => Promise<void>} act */
  async #orSay(act) {
    this.#alert.hidden = true;
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      this.#alert.textContent = error.message;
      this.#alert.hidden = false;
    }
  }
}
