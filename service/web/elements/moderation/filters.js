/**
 * A room's filters: what is looked for in what is said there, and what becomes of it. A new one is tried on what was
 * said before it is set.
 *
 *     <moot-filters></moot-filters>
 *     filters.show(chat, 'lobby');
 */

import { moderationOf } from '../../chat/moderation/moderation.js';
import { say } from '../../words/words.js';
import { h } from '../dom.js';
import { moments } from '../manner.js';
import { orSay } from './or_say.js';
import { PagedList } from './paged.js';

/** @typedef {{id: string, room: string, kind: string, pattern: string, action: string, by: string, at: string, reason?: string}} Filter */
/** @typedef {import('../../words/words.js').Key} Key */

/** The server's limits, in characters. */
const PATTERN_MAX = 200;
const REASON_MAX = 500;

/** @type {Record<string, Key>} */
const KINDS = { word: 'moderation.filter.word', pattern: 'moderation.filter.pattern' };

/** @type {Record<string, Key>} */
const ACTIONS = { reject: 'moderation.filter.reject', mask: 'moderation.filter.mask', report: 'moderation.filter.report' };

/** @extends {PagedList<Filter>} */
export class Filters extends PagedList {
  load() {
    return this.pages.show(`/api/rooms/${this.slug}/filters`);
  }

  head() {
    return [h('p', { class: 'hint' }, say('moderation.filter.hint')), this.#form()];
  }

  get empty() {
    return say('moderation.filter.none');
  }

  #form() {
    const form = h('form', { class: 'tools-row new-filter' });
    const kind = select('kind', KINDS);
    const pattern = h('input', { name: 'pattern', required: true, maxlength: String(PATTERN_MAX), autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' });
    const action = select('action', ACTIONS);
    const reason = h('input', { name: 'reason', maxlength: String(REASON_MAX), autocomplete: 'off' });
    const preview = /** @type {import('./preview.js').Preview} */ (document.createElement('moot-preview'));
    const rehearsal = moderationOf(this.chat).rehearsal();
    preview.show(rehearsal);
    const wish = () => ({ kind: 'addFilter', room: this.slug, change: { kind: kind.value, pattern: pattern.value.trim(), action: action.value }, reason: reason.value.trim() });
    const consider = () => rehearsal.consider(pattern.value.trim() === '' ? null : wish());
    form.addEventListener('input', consider);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      orSay(form, async () => {
        await moderationOf(this.chat).carryOut(wish());
        form.reset();
        rehearsal.consider(null);
        await this.pages.refresh();
      });
    });
    const field = (/** @type {string} */ label, /** @type {HTMLElement} */ input) => h('label', { class: 'field' }, h('span', {}, label), input);
    form.append(
      field(say('moderation.filter.kind'), kind),
      field(say('moderation.filter.what'), pattern),
      field(say('moderation.filter.action'), action),
      field(say('moderation.act.reason'), reason),
      h('button', { type: 'submit', class: 'primary' }, say('moderation.filter.add')),
      preview,
    );
    return form;
  }

  /** @param {Filter} filter */
  row(filter) {
    return { key: filter.id, signature: filter.id, make: () => filterLine(filter, this.chat, () => this.pages.refresh()) };
  }
}

/**
 * @param {Filter} filter
 * @param {import('../../chat/chat.js').Chat} chat
 * @param {() => Promise<void>} removed
 */
export function filterLine({ id, room, kind, pattern, action, by, at, reason }, chat, removed) {
  const told = h('div', { class: 'told' }, h('p', {}, h('code', {}, pattern)), h('p', {}, [say(KINDS[kind]), say(ACTIONS[action])].join(' · ')));
  if (reason) told.append(h('p', { class: 'reason' }, reason));
  told.append(h('p', { class: 'meta' }, say('moderation.filter.by', { who: by, time: moments.short(at, chat.clock.now()) })));
  const row = h('li', { class: 'record line' }, told);
  const remove = async () => {
    await moderationOf(chat).carryOut({ kind: 'removeFilter', room, id });
    await removed();
  };
  row.append(h('button', { onclick: () => orSay(row, remove) }, say('moderation.filter.remove')));
  return row;
}

/** @param {string} name @param {Record<string, Key>} options */
function select(name, options) {
  return h('select', { name }, ...Object.entries(options).map(([value, key]) => h('option', { value }, say(key))));
}

export function registerFilters() {
  customElements.define('moot-filters', Filters);
}
