/**
 * The list of one's rooms, with what is unread, and oneself at the foot of it.
 *
 *     <moot-rooms></moot-rooms>
 *     rooms.chat = chat;
 *
 * Sends `open-dialog` up, with the dialog's tag.
 */

import { fill, h, icon } from './dom.js';
import { face } from './face.js';
import { LiveElement } from './live_element.js';

const UNREAD_SHOWN = 99;

export class Rooms extends LiveElement {
  /** @type {import('../chat/chat.js').Chat | null} */
  #chat = null;
  #list = h('ul', {});
  #foot = h('div', { class: 'foot' });

  /** @param {import('../chat/chat.js').Chat} chat */
  set chat(chat) {
    this.#chat = chat;
    this.watch(chat);
  }

  connectedCallback() {
    super.connectedCallback();
    const head = h('div', { class: 'head' }, h('p', { class: 'brand' }, h('img', { src: '/web/icon.svg', alt: '' }), 'Folkmoot'));
    const tools = h('div', { class: 'tools' }, this.#tool('compass', 'Browse rooms', 'moot-directory'));
    if (this.#chat?.me.role !== 'guest') tools.append(this.#tool('plus', 'New room', 'moot-new-room'));
    if (this.#chat?.me.role === 'admin') tools.append(this.#tool('mail', 'Invite people', 'moot-invite'));
    const rooms = h('nav', { 'aria-label': 'Rooms' }, h('h2', {}, 'Rooms'), this.#list);
    this.replaceChildren(head, rooms, tools, this.#foot);
  }

  draw() {
    const chat = this.#chat;
    if (!chat) return;
    const rows = chat.list().map((room) => this.#row(room, room === chat.current));
    if (rows.length === 0) rows.push(h('li', { class: 'empty' }, 'You are in no room yet.'));
    this.#keepingFocus(() => fill(this.#list, ...rows));
    const me = h('button', { class: 'me', onclick: () => this.#dialog('moot-account'), 'aria-label': 'Your account' });
    me.append(face(chat.me.username, chat.me.name), h('span', {}, h('bdi', {}, chat.me.name), h('small', {}, chat.me.role)));
    this.#keepingFocus(() => fill(this.#foot, me));
  }

  /**
   * @param {import('../chat/room.js').Room} room
   * @param {boolean} current
   */
  #row(room, current) {
    const link = h('a', { href: `#${room.slug}`, 'aria-current': current ? 'page' : null });
    link.append(icon(room.info.visibility === 'public' ? 'hash' : 'lock'), h('bdi', {}, room.info.name));
    if (room.unread > 0) {
      const count = room.unread > UNREAD_SHOWN ? `${UNREAD_SHOWN}+` : String(room.unread);
      link.append(h('span', { class: 'count' }, count, h('span', { class: 'unseen' }, ' unread')));
    }
    const ended = room.state === 'out' || room.state === 'refused';
    return h('li', { class: room.unread > 0 ? 'unread' : ended ? 'ended' : null }, link);
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

  /**
   * Drawing makes new nodes; who went here by keyboard stays where they were.
   * @param {() => void} change
   */
  #keepingFocus(change) {
    const focused = /** @type {HTMLElement | null} */ (this.querySelector(':focus'));
    const key = focused?.getAttribute('href') ?? focused?.className;
    change();
    if (!focused || focused.isConnected || !key) return;
    const again = [...this.querySelectorAll('a, button')].find((one) => (one.getAttribute('href') ?? one.className) === key);
    /** @type {HTMLElement | undefined} */ (again)?.focus();
  }
}

export function registerRooms() {
  customElements.define('moot-rooms', Rooms);
}
