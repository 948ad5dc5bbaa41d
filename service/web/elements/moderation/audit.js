/**
 * The audit log in sentences, newest first: the whole of it with its filters for admins, a room's part for who
 * moderates the room.
 *
 *     <moot-audit></moot-audit>
 *     audit.show(chat, 'lobby');
 */

import { ACTS, detailsOf, nameOf } from '../../chat/moderation/audit.js';
import { say } from '../../words/words.js';
import { h } from '../dom.js';
import { moments } from '../manner.js';
import { PagedList } from './paged.js';
import { sentenceNodes } from './phrases.js';

/** @typedef {import('../../chat/moderation/audit.js').Row} Row */

/** @extends {PagedList<Row>} */
export class Audit extends PagedList {
  #user = h('input', { type: 'search', name: 'user', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' });
  #what = h('select', { name: 'what' });
  #room = h('input', { type: 'search', name: 'room', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' });

  load() {
    if (this.slug !== '') return this.pages.show(`/api/rooms/${this.slug}/audit`);
    const value = (/** @type {HTMLInputElement | HTMLSelectElement} */ field) => field.value.trim().toLowerCase();
    return this.pages.show('/api/audit', { user: value(this.#user), what: value(this.#what), room: value(this.#room) });
  }

  head() {
    if (this.slug !== '') return [];
    const kinds = Object.keys(ACTS).map((what) => ({ what, name: nameOf(what) })).sort((a, b) => a.name.localeCompare(b.name));
    this.#what.replaceChildren(h('option', { value: '' }, say('moderation.audit.allKinds')), ...kinds.map(({ what, name }) => h('option', { value: what }, name)));
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.load();
    };
    this.#what.onchange = () => this.load();
    this.#user.value = this.user;
    const field = (/** @type {string} */ label, /** @type {HTMLElement} */ input) => h('label', { class: 'field' }, h('span', {}, label), input);
    return [h('form', { class: 'tools-row', role: 'search', onsubmit: submit },
      field(say('moderation.audit.user'), this.#user),
      field(say('moderation.audit.what'), this.#what),
      field(say('moderation.audit.room'), this.#room),
      h('button', { type: 'submit' }, say('moderation.audit.find')),
    )];
  }

  get empty() {
    return say('moderation.audit.none');
  }

  /** @param {Row} row */
  row(row) {
    return { key: String(row.seq), signature: row.hash, make: () => this.#line(row) };
  }

  /** @param {Row} row */
  #line(row) {
    const now = this.chat.clock.now();
    const details = detailsOf(row, (moment) => moments.short(moment, now));
    const reason = row.reason ? say('moderation.detail.reason', { reason: row.reason }) : row.reason === null ? say('moderation.erased') : null;
    const time = h('time', { datetime: row.at, title: moments.full(row.at) }, moments.short(row.at, now));
    const more = [...details, ...(row.address ? [row.address] : [])].join(' · ');
    return h('li', { class: 'record line' }, time, h('div', { class: 'told' }, sentenceNodes(row, this.chat), reason && h('p', { class: 'reason' }, reason), more && h('p', { class: 'meta' }, more)));
  }
}

export function registerAudit() {
  customElements.define('moot-audit', Audit);
}
