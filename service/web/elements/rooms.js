/**
 * Where one can go: what was said to oneself, one's rooms with what is unread in them, the people one talks to directly,
 * and oneself at the foot of it.
 *
 *     <moot-rooms></moot-rooms>
 *     rooms.chat = chat;
 *
 * Sends `open-dialog` up, with the dialog's tag, and `open-side`.
 */

import { othersIn } from '../chat/direct.js';
import { say } from '../words/words.js';
import { fill, h, icon } from './dom.js';
import { face } from './face.js';
import { KeyedList } from './keyed_list.js';
import { LiveElement } from './live_element.js';
import { signOf } from './room_sign.js';

const UNREAD_SHOWN = 99;

export class Rooms extends LiveElement {
  /** @type {import('../chat/chat.js').Chat | null} */
  #chat = null;
  #mine = h('ul', { class: 'mine' });
  #ways = new KeyedList(this.#mine);
  #list = h('ul', {});
  #rows = new KeyedList(this.#list);
  #direct = h('ul', { class: 'direct' });
  #people = new KeyedList(this.#direct);
  #empty = h('p', { class: 'empty' }, say('rooms.none'));
  #write = h('button', { class: 'icon-button', 'aria-label': say('rooms.newDirect'), title: say('rooms.newDirect'), onclick: () => this.#dialog('moot-new-direct') }, icon('plus'));
  #tools = h('div');
  /** For who has authority: the way to the pages of moderation. */
  duties = h('div', { class: 'duties' });
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
    const head = h('div', { class: 'head' }, h('p', { class: 'brand', role: 'heading', 'aria-level': '1' }, h('img', { src: '/web/icon.svg', alt: '' }), 'Folkmoot'));
    const people = h('div', { class: 'section' }, h('h2', {}, say('rooms.direct')), this.#write);
    const rooms = h('div', { class: 'rooms' }, this.#mine, h('h2', {}, say('rooms.title')), this.#list, this.#empty, people, this.#direct);
    this.replaceChildren(head, rooms, this.duties, this.#tools, this.#foot);
  }

  draw() {
    const chat = this.#chat;
    if (!chat) return;
    const all = chat.list();
    const rooms = all.filter(({ info }) => info.visibility !== 'direct');
    const direct = all.filter(({ info }) => info.visibility === 'direct').sort((a, b) => (lastOf(a) < lastOf(b) ? 1 : -1));
    this.#ways.show(this.#waysOf(chat));
    this.#rows.show(rooms.map((room) => this.#row(room)));
    this.#people.show(direct.map((room) => this.#row(room)));
    this.#empty.hidden = rooms.length > 0;
    const { username, name, role } = chat.me;
    this.#write.hidden = role === 'guest';
    fill(this.#tools, this.kept('tools', role, () => this.#offer(role)));
    const away = ['waiting', 'stopped'].includes(chat.connection.state.name);
    fill(this.#foot, this.kept('me', `${name} ${role} ${away}`, () => this.#me(username, name, role, away)));
  }

  /**
   * What concerns oneself, wherever it was said.
   * @param {import('../chat/chat.js').Chat} chat
   * @returns {import('./keyed_list.js').Item[]}
   */
  #waysOf(chat) {
    const { mentions } = chat;
    const threads = chat.threads.unread;
    return [
      this.#way('moot-search', 'search', say('rooms.search'), 0),
      this.#way('moot-mentions', 'at', say('rooms.mentions'), mentions),
      this.#way('moot-threads', 'thread', say('rooms.threads'), threads),
    ];
  }

  /**
   * @param {string} tag
   * @param {Parameters<typeof icon>[0]} picture
   * @param {string} label
   * @param {number} count
   * @returns {import('./keyed_list.js').Item}
   */
  #way(tag, picture, label, count) {
    const onclick = () => this.dispatchEvent(new CustomEvent('open-side', { detail: { tag, subject: null }, bubbles: true }));
    const make = () => h('li', {}, h('button', { class: count > 0 ? 'tool news' : 'tool', onclick }, icon(picture), h('span', {}, label), count > 0 && counter(count, 'mention', say('rooms.unread', { count }))));
    return { key: tag, signature: String(count), make };
  }

  /**
   * @param {import('../chat/room.js').Room} room
   * @returns {import('./keyed_list.js').Item}
   */
  #row(room) {
    const chat = /** @type {import('../chat/chat.js').Chat} */ (this.#chat);
    const { info, name, mentions, slug } = room;
    const current = room === chat.current;
    const ended = room.state === 'out' || room.state === 'refused';
    const quiet = chat.levels.of(info) === 'none';
    const unread = quiet ? 0 : room.unread;
    const others = info.visibility === 'direct' ? othersIn(info, chat.me.username) : [];
    const online = others.length === 1 && room.presence.online.has(others[0]);
    const make = () => {
      const link = h('a', { href: `#${slug}`, 'aria-current': current ? 'page' : null }, signFor(info, others, name, online), h('bdi', {}, name));
      if (quiet) link.append(h('span', { class: 'quiet-sign', title: say('rooms.quiet') }, icon('bellOff'), h('span', { class: 'unseen' }, ` ${say('rooms.quiet')}`)));
      if (mentions > 0) link.append(counter(mentions, 'mention', say('rooms.mentioned', { count: mentions })));
      else if (unread > 0) link.append(counter(unread, info.visibility === 'direct' ? 'mention' : '', say('rooms.unread', { count: unread })));
      return h('li', { class: unread > 0 ? 'unread' : ended ? 'ended' : quiet ? 'quiet' : null }, link);
    };
    return { key: slug, signature: JSON.stringify([name, info.visibility, info.members, ended, unread, mentions, current, quiet, online]), make };
  }

  /**
   * @param {string} username
   * @param {string} name
   * @param {import('../chat/contract.js').ServerRole} role
   * @param {boolean} away
   */
  #me(username, name, role, away) {
    // On a telephone the line about the connection is not beside the list.
    const about = away ? h('small', { class: 'away' }, say('connection.none')) : h('small', {}, say(`page.role.${role}`));
    const label = h('span', {}, h('bdi', {}, name), about);
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

/**
 * @param {number} count
 * @param {string} kind
 * @param {string} unit Said, and not shown.
 */
function counter(count, kind, unit) {
  const shown = count > UNREAD_SHOWN ? `${UNREAD_SHOWN}+` : String(count);
  return h('span', { class: `count ${kind}`.trim() }, shown, h('span', { class: 'unseen' }, unit));
}

/**
 * @param {import('../chat/contract.js').RoomInfo} info
 * @param {string[]} others Of a direct room.
 * @param {string} name
 * @param {boolean} online
 */
function signFor(info, others, name, online) {
  if (others.length !== 1) return icon(signOf(info));
  const square = face(others[0], name);
  square.classList.add('small');
  return h('span', { class: 'who' }, square, online && h('span', { class: 'dot' }));
}

/** When something was said there last. @param {import('../chat/room.js').Room} room */
function lastOf({ log, info }) {
  return log.messages.at(-1)?.at ?? info.created_at;
}

export function registerRooms() {
  customElements.define('moot-rooms', Rooms);
}
