/**
 * The list of one's rooms, with what is unread, and oneself at the foot of it.
 *
 *     <moot-rooms></moot-rooms>
 *     rooms.chat = chat;
 *
 * Sends `open-dialog` up, with the dialog's tag.
 */

import { roleInWords } from '../chat/roles.js';
import { say } from '../words/words.js';
import { fill, h, icon } from './dom.js';
import { face } from './face.js';
import { KeyedList } from './keyed_list.js';
import { LiveElement } from './live_element.js';

const UNREAD_SHOWN = 99;

export class Rooms extends LiveElement {
  /** @type {import('../chat/chat.js').Chat | null} */
  #chat = null;
  #list = h('ul', {});
  #rows = new KeyedList(this.#list);
  #empty = h('p', { class: 'empty' }, say('rooms.none'));
  #tools = h('div');
  #foot = h('div', { class: 'foot' });

  /** @param {import('../chat/chat.js').Chat} chat */
  set chat(chat) {
    this.#chat = chat;
    this.watch(chat);
  }

  connectedCallback() {
    super.connectedCallback();
    this.setAttribute('role', 'navigation');
    this.setAttribute('aria-label', say('rooms.title'));
    const head = h('div', { class: 'head' }, h('p', { class: 'brand' }, h('img', { src: '/web/icon.svg', alt: '' }), 'Folkmoot'));
    const rooms = h('div', { class: 'rooms' }, h('h2', {}, say('rooms.title')), this.#list, this.#empty);
    this.replaceChildren(head, rooms, this.#tools, this.#foot);
  }

  draw() {
    const chat = this.#chat;
    if (!chat) return;
    const rooms = chat.list();
    this.#rows.show(rooms.map((room) => this.#row(room, room === chat.current)));
    this.#empty.hidden = rooms.length > 0;
    const { username, name, role } = chat.me;
    fill(this.#tools, this.kept('tools', role, () => this.#offer(role)));
    fill(this.#foot, this.kept('me', `${name} ${role}`, () => this.#me(username, name, role)));
  }

  /**
   * @param {import('../chat/room.js').Room} room
   * @param {boolean} current
   * @returns {import('./keyed_list.js').Item}
   */
  #row(room, current) {
    const { name, visibility } = room.info;
    const ended = room.state === 'out' || room.state === 'refused';
    const count = room.unread > UNREAD_SHOWN ? `${UNREAD_SHOWN}+` : String(room.unread);
    const make = () => {
      const link = h('a', { href: `#${room.slug}`, 'aria-current': current ? 'page' : null });
      link.append(icon(visibility === 'public' ? 'hash' : 'lock'), h('bdi', {}, name));
      if (room.unread > 0) link.append(h('span', { class: 'count' }, count, h('span', { class: 'unseen' }, say('rooms.unread', { count: room.unread }))));
      return h('li', { class: room.unread > 0 ? 'unread' : ended ? 'ended' : null }, link);
    };
    return { key: room.slug, signature: JSON.stringify([name, visibility, ended, count, current]), make };
  }

  /**
   * @param {string} username
   * @param {string} name
   * @param {string} role
   */
  #me(username, name, role) {
    const label = h('span', {}, h('bdi', {}, name), h('small', {}, roleInWords(role)));
    const account = h('span', { class: 'unseen' }, say('rooms.account'));
    return h('button', { class: 'me', onclick: () => this.#dialog('moot-account') }, account, face(username, name), label);
  }

  /** @param {import('../chat/contract.js').ServerRole} role */
  #offer(role) {
    const tools = h('div', { class: 'tools' }, this.#tool('compass', say('rooms.browse'), 'moot-directory'));
    if (role !== 'guest') tools.append(this.#tool('plus', say('rooms.new'), 'moot-new-room'));
    if (role === 'admin') tools.append(this.#tool('mail', say('rooms.invite'), 'moot-invite'));
    return tools;
  }

  /**
   * @param {Parameters<typeof icon>[0]} picture
   * @param {string} label
   * @param {string} dialog
   */
  #tool(picture, label, dialog) {
    return h('button', { class: 'tool', onclick: () => this.#dialog(dialog) }, icon(picture), label);
  }

  /** @param {string} tag */
  #dialog(tag) {
    this.dispatchEvent(new CustomEvent('open-dialog', { detail: tag, bubbles: true }));
  }
}

export function registerRooms() {
  customElements.define('moot-rooms', Rooms);
}
