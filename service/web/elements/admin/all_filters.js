/**
 * The filters of all rooms that one moderates, room by room.
 *
 *     <moot-all-filters></moot-all-filters>
 *     filters.show(chat);
 */

import { moderates } from '../../chat/authority.js';
import { Problem } from '../../chat/problem.js';
import { refusalSentence } from '../../chat/reasons.js';
import { SessionEnded } from '../../chat/session.js';
import { say } from '../../words/words.js';
import { fill, h } from '../dom.js';
import { moments } from '../manner.js';
import { filterLine } from '../moderation/filters.js';

/** How many rooms are asked about at once: there may be hundreds. */
const AT_ONCE = 5;

export class AllFilters extends HTMLElement {
  /** @type {import('../../chat/chat.js').Chat | null} */
  #chat = null;

  /** @param {import('../../chat/chat.js').Chat} chat */
  show(chat) {
    this.#chat = chat;
    fill(this, h('p', { class: 'loading', role: 'status' }, say('page.loading')));
    this.#load();
  }

  async #load() {
    const chat = /** @type {import('../../chat/chat.js').Chat} */ (this.#chat);
    try {
      const parts = [];
      for (const rooms of chunks(chat.directory.filter(moderates), AT_ONCE)) {
        const found = await Promise.all(rooms.map(async (info) => ({ info, filters: (await chat.api.ask(`/api/rooms/${info.slug}/filters`)).items })));
        parts.push(...found.filter(({ filters }) => filters.length > 0).map(({ info, filters }) => this.#room(chat, info, filters)));
        if (!this.isConnected) return;
      }
      fill(this, h('p', { class: 'hint' }, say('admin.filters.hint')), ...(parts.length > 0 ? parts : [h('div', { class: 'empty-state' }, h('p', {}, say('admin.filters.none')))]));
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      const again = h('button', { onclick: () => this.show(chat) }, say('page.again'));
      fill(this, h('div', { class: 'empty-state', role: 'alert' }, h('p', {}, refusalSentence(error, (time) => moments.short(time, Date.now()))), again));
    }
  }

  /** @param {import('../../chat/chat.js').Chat} chat @param {import('../../chat/contract.js').RoomInfo} info @param {any[]} filters */
  #room(chat, { slug, name }, filters) {
    const link = h('a', { href: `#/rooms/${slug}/filters` }, h('bdi', {}, name));
    return h('section', {}, h('h2', {}, link), h('ul', { class: 'records' }, ...filters.map((filter) => filterLine(filter, chat, () => this.#load()))));
  }
}

/**
 * @template T
 * @param {T[]} items
 * @param {number} size
 */
function chunks(items, size) {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

export function registerAllFilters() {
  customElements.define('moot-all-filters', AllFilters);
}
