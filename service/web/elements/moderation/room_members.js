/**
 * A room's members as a list to work through: their roles, since when, what is in force against them.
 *
 *     <moot-room-members></moot-room-members>
 *     members.show(chat, 'lobby');
 *
 * Sends `open-dialog` up, to act on one of them.
 */

import { roleInWords } from '../../chat/roles.js';
import { say } from '../../words/words.js';
import { h, icon } from '../dom.js';
import { face } from '../face.js';
import { moments } from '../manner.js';
import { PagedList } from './paged.js';

/** @typedef {import('../../chat/contract.js').Member} Member */

/** @extends {PagedList<Member>} */
export class RoomMembers extends PagedList {
  #search = h('input', { type: 'search', oninput: () => this.#find() });

  load() {
    return this.pages.show(`/api/rooms/${this.slug}/members`, { limit: '200' });
  }

  head() {
    const label = say('moderation.members.find');
    this.#search.placeholder = label;
    this.#search.setAttribute('aria-label', label);
    return [this.#search];
  }

  get empty() {
    return say('moderation.members.none');
  }

  get items() {
    const wanted = this.#search.value.trim().toLocaleLowerCase();
    return this.pages.items.filter(({ user, name = '' }) => user.includes(wanted) || name.toLocaleLowerCase().includes(wanted));
  }

  /** Whoever looks for somebody looks among all. */
  async #find() {
    this.drawSoon();
    await this.pages.all();
  }

  /** @param {Member} member */
  row(member) {
    const muted = member.muted_until !== undefined && new Date(member.muted_until).getTime() > this.chat.clock.now();
    return { key: member.user, signature: JSON.stringify([member, muted]), make: () => this.#line(member, muted) };
  }

  /** @param {Member} member @param {boolean} muted */
  #line({ user, name = user, role, joined_at: joined }, muted) {
    const title = h('p', {}, h('strong', {}, h('bdi', {}, name || user)), h('small', {}, ` ${user}`));
    if (role !== 'member') title.append(h('span', { class: 'badge accent' }, roleInWords(role)));
    if (muted) title.append(h('span', { class: 'badge caution' }, say('people.muted')));
    const told = h('div', { class: 'told' }, title, h('p', { class: 'meta' }, say('moderation.members.since', { time: moments.short(joined, this.chat.clock.now()) })));
    const act = () => this.dispatchEvent(new CustomEvent('open-dialog', { bubbles: true, detail: { tag: 'moot-act', subject: { user, room: this.slug, done: () => this.pages.refresh() } } }));
    const label = say('moderation.act.title', { name: name || user });
    const tools = user !== this.chat.me.username && h('button', { 'aria-label': label, title: label, onclick: act }, icon('shield'), say('moderation.members.act'));
    const row = h('li', { class: 'record line' }, face(user, name || user), told);
    if (tools) row.append(tools);
    return row;
  }
}

export function registerRoomMembers() {
  customElements.define('moot-room-members', RoomMembers);
}
