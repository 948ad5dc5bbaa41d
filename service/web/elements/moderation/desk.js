/**
 * The page of who moderates or administers: its parts as tabs, and the one that the address asks for.
 *
 *     <moot-desk></moot-desk>
 *     desk.chat = chat;
 */

import { moderationOf } from '../../chat/moderation/moderation.js';
import { addressOf, pagesFor, viewOf } from '../../chat/moderation/views.js';
import { say } from '../../words/words.js';
import { fill, h, icon } from '../dom.js';
import { KeyedList } from '../keyed_list.js';
import { bring } from '../later.js';
import { LiveElement } from '../live_element.js';
import { roomName } from './phrases.js';

/** What a page is called, and the element that shows it, on the server and in a room. @type {Record<string, {name: import('../../words/words.js').Key, server?: string, room?: string}>} */
const PAGES = {
  reports: { name: 'moderation.page.reports', server: 'moot-reports', room: 'moot-reports' },
  actions: { name: 'moderation.page.actions', server: 'moot-actions', room: 'moot-actions' },
  sanctions: { name: 'moderation.page.sanctions', server: 'moot-sanctions', room: 'moot-sanctions' },
  audit: { name: 'moderation.page.audit', server: 'moot-audit', room: 'moot-audit' },
  users: { name: 'moderation.page.users', server: 'moot-users' },
  erasures: { name: 'moderation.page.erasures', server: 'moot-erasures' },
  invites: { name: 'moderation.page.invites', server: 'moot-invites' },
  filters: { name: 'moderation.page.filters', server: 'moot-all-filters', room: 'moot-filters' },
  settings: { name: 'moderation.page.settings', room: 'moot-room-settings' },
  members: { name: 'moderation.page.members', room: 'moot-room-members' },
  connections: { name: 'moderation.page.connections', room: 'moot-connections' },
  access: { name: 'moderation.page.access', room: 'moot-access' },
};

/** @typedef {HTMLElement & {show: (chat: import('../../chat/chat.js').Chat, slug: string, user?: string) => void}} Page */

export class Desk extends LiveElement {
  /** @type {import('../../chat/chat.js').Chat | null} */
  #chat = null;
  #shown = '';
  #title = h('h1', { tabindex: '-1' });
  #list = h('div', { class: 'tabs' });
  #tabs = new KeyedList(this.#list);
  #nav = h('nav', { 'aria-label': say('moderation.pages') }, this.#list);
  #page = h('div', { class: 'content', tabindex: '-1' });
  #view = '';

  /** @param {import('../../chat/chat.js').Chat} chat */
  set chat(chat) {
    this.#chat = chat;
    this.watch(chat, moderationOf(chat).reports);
  }

  /** What the address says behind `#/`. @param {string} view */
  set view(view) {
    if (this.#view === view) return;
    this.#view = view;
    this.drawSoon();
  }

  /** What a page is called: "Audit log · Lobby". @param {string} view */
  titleOf(view) {
    const found = viewOf(view);
    if (found === null || this.#chat === null) return '';
    const { page, room } = found;
    return room === '' ? say(PAGES[page].name) : `${say(PAGES[page].name)} · ${roomName(room, this.#chat)}`;
  }

  connectedCallback() {
    super.connectedCallback();
    this.className = 'page';
    this.setAttribute('role', 'main');
  }

  draw() {
    const chat = this.#chat;
    if (!chat || this.#view === '') return;
    const view = viewOf(this.#view) ?? { page: '', room: '' };
    const info = view.room === '' ? null : (chat.rooms.get(view.room)?.info ?? chat.directory.find(({ slug }) => slug === view.room) ?? null);
    const name = view.room === '' ? say(chat.me.role === 'admin' ? 'moderation.duties.admin' : 'moderation.title') : roomName(view.room, chat);
    const back = this.kept('back', view.room, () => backLink(view.room, name));
    fill(this.#title, this.kept('title', `${view.room} ${name}`, () => h('span', {}, icon(view.room === '' ? 'shield' : 'gear'), h('bdi', {}, name))));
    const pages = view.room !== '' && info === null ? [] : pagesFor(chat.me, info);
    const { waiting } = moderationOf(chat).reports;
    this.#tabs.show(pages.map((one) => {
      const current = one.page === view.page;
      return { key: addressOf(one), signature: `${current} ${waiting}`, make: () => tab(one, current, waiting) };
    }));
    fill(this, this.kept('bar', `${view.room} ${name}`, () => h('div', { class: 'bar' }, back, this.#title)), this.#nav, this.#page);
    this.#list.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    this.#show(chat, view);
  }

  /**
   * @param {import('../../chat/chat.js').Chat} chat
   * @param {import('../../chat/moderation/views.js').View} view
   */
  async #show(chat, view) {
    if (this.#shown === this.#view) return;
    const shown = (this.#shown = this.#view);
    const tag = PAGES[view.page]?.[view.room === '' ? 'server' : 'room'];
    if (tag === undefined) return fill(this.#page, h('div', { class: 'empty-state' }, h('p', {}, say('moderation.noPage'))));
    await bring(tag);
    if (this.#shown !== shown) return;
    const page = /** @type {Page} */ (document.createElement(tag));
    page.show(chat, view.room, view.user);
    fill(this.#page, page);
    this.#page.scrollTop = 0;
  }
}

/** @param {string} room @param {string} name */
function backLink(room, name) {
  const label = room === '' ? say('moderation.toRooms') : say('moderation.toRoom', { room: name });
  return h('a', { class: room === '' ? 'icon-button back' : 'icon-button', href: room === '' ? '#' : `#${room}`, 'aria-label': label, title: label }, icon('back'));
}

/**
 * @param {import('../../chat/moderation/views.js').View} view
 * @param {boolean} current
 * @param {number} waiting
 */
function tab(view, current, waiting) {
  const link = h('a', { href: addressOf(view), 'aria-current': current ? 'page' : null }, say(PAGES[view.page].name));
  if (view.page === 'reports' && view.room === '' && waiting > 0) link.append(h('span', { class: 'count' }, String(waiting)));
  return link;
}

export function registerDesk() {
  customElements.define('moot-desk', Desk);
}
