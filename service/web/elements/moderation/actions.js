/**
 * What was done, newest first, with the way back for as long as there is one.
 *
 *     <moot-actions></moot-actions>
 *     actions.show(chat, 'lobby');
 */

import { say } from '../../words/words.js';
import { h } from '../dom.js';
import { moments } from '../manner.js';
import { orSay } from './or_say.js';
import { PagedList } from './paged.js';
import { sentenceNodes } from './phrases.js';

/** @typedef {{id: string, what: string, by: string, at: string, undo_until: string, room?: string, on?: string, reason?: string, undone?: {by: string, at: string}}} Action */

/** @extends {PagedList<Action>} */
export class Actions extends PagedList {
  load() {
    return this.pages.show('/api/moderation', { room: this.slug });
  }

  head() {
    return [h('p', { class: 'hint' }, say('moderation.actions.hint'))];
  }

  get empty() {
    return say('moderation.actions.none');
  }

  /** @param {Action} action */
  row(action) {
    const open = !action.undone && new Date(action.undo_until).getTime() > this.chat.clock.now();
    return { key: action.id, signature: JSON.stringify([open, action.undone]), make: () => this.#line(action, open) };
  }

  /** @param {Action} action @param {boolean} open */
  #line(action, open) {
    const now = this.chat.clock.now();
    const time = h('time', { datetime: action.at, title: moments.full(action.at) }, moments.short(action.at, now));
    const told = h('div', { class: 'told' }, sentenceNodes(action, this.chat));
    if (action.reason) told.append(h('p', { class: 'reason' }, say('moderation.detail.reason', { reason: action.reason })));
    if (action.undone) told.append(h('p', { class: 'meta' }, say('moderation.actions.undone', { who: action.undone.by, time: moments.short(action.undone.at, now) })));
    const row = h('li', { class: 'record line' }, time, told);
    if (open) row.append(h('button', { onclick: () => orSay(row, () => this.#undo(action.id)) }, say('page.undo')));
    return row;
  }

  /** @param {string} id */
  async #undo(id) {
    const { answer } = await this.chat.api.act('POST', `/api/moderation/${encodeURIComponent(id)}/undo`);
    this.pages.revise((items) => items.map((one) => (one.id === id ? answer : one)));
  }
}

export function registerActions() {
  customElements.define('moot-actions', Actions);
}
