/**
 * Everybody who has an account: to find somebody, and to act on them.
 *
 *     <moot-users></moot-users>
 *     users.show(chat);
 *
 * Sends `open-dialog` up.
 */

import { roleInWords } from '../../chat/roles.js';
import { say } from '../../words/words.js';
import { h, icon } from '../dom.js';
import { face } from '../face.js';
import { choices } from '../moderation/choices.js';
import { PagedList } from '../moderation/paged.js';

/** @typedef {import('../../chat/contract.js').User} User */

const PAGE = 200;

/** @extends {PagedList<User>} */
export class Users extends PagedList {
  #search = h('input', { type: 'search', oninput: () => this.#find() });
  #which = 'all';

  load() {
    return this.pages.show('/api/users', { limit: String(PAGE) });
  }

  head() {
    const label = say('admin.users.find');
    this.#search.placeholder = label;
    this.#search.setAttribute('aria-label', label);
    const which = [
      { value: 'all', label: say('admin.users.all') },
      { value: 'staff', label: say('admin.users.staff') },
      { value: 'bots', label: say('admin.users.bots') },
      { value: 'suspended', label: say('admin.users.suspended') },
    ];
    return [this.#search, choices(say('admin.users.which'), which, this.#which, (value) => {
      this.#which = value;
      this.#find();
    })];
  }

  get empty() {
    return say('admin.users.none');
  }

  get items() {
    const wanted = this.#search.value.trim().toLocaleLowerCase();
    const belongs = {
      all: () => true,
      staff: (/** @type {User} */ { role }) => role === 'moderator' || role === 'admin',
      bots: (/** @type {User} */ { bot }) => bot,
      suspended: (/** @type {User} */ { suspended }) => suspended === true,
    }[this.#which] ?? (() => true);
    return this.pages.items.filter((user) => belongs(user) && (user.username.includes(wanted) || user.name.toLocaleLowerCase().includes(wanted)));
  }

  /** Whoever looks for somebody looks among all. */
  async #find() {
    this.drawSoon();
    await this.pages.all();
  }

  /** @param {User} user */
  row(user) {
    return { key: user.id, signature: JSON.stringify(user), make: () => this.#line(user) };
  }

  /** @param {User} user */
  #line(user) {
    const { username, name, role, bot, suspended } = user;
    const title = h('p', {}, h('strong', {}, h('bdi', {}, name || username)), h('small', {}, ` ${username}`));
    if (role !== 'member') title.append(h('span', { class: 'badge accent' }, roleInWords(role)));
    if (bot) title.append(h('span', { class: 'badge' }, say('message.bot')));
    if (suspended) title.append(h('span', { class: 'badge danger' }, say('admin.users.isSuspended')));
    const row = h('div', { class: 'row' });
    const shown = name || username;
    if (username !== this.chat.me.username) row.append(this.#tool('shield', say('admin.users.moderate'), say('moderation.act.title', { name: shown }), 'moot-act', { user: username }));
    if (this.chat.me.role === 'admin') row.append(this.#tool('gear', say('admin.users.manage'), say('admin.user.title', { name: shown }), 'moot-user', { user }));
    return h('li', { class: 'record line' }, face(username, shown), h('div', { class: 'told' }, title), row);
  }

  /** @param {'shield' | 'gear'} picture @param {string} text @param {string} label @param {string} tag @param {object} subject */
  #tool(picture, text, label, tag, subject) {
    const done = () => this.pages.refresh();
    const open = () => this.dispatchEvent(new CustomEvent('open-dialog', { bubbles: true, detail: { tag, subject: { ...subject, done } } }));
    return h('button', { 'aria-label': label, title: label, onclick: open }, icon(picture), h('span', { class: 'wide-only' }, text));
  }
}

export function registerUsers() {
  customElements.define('moot-users', Users);
}
