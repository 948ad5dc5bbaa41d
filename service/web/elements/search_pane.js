/**
 * What was said, found by its words: the question with its filters, and what was found, by room.
 */

import { QUERY_MAX, Search, withFilter } from '../chat/search.js';
import { needs, say } from '../words/words.js';
import { fill, h, icon } from './dom.js';
import { foundRow } from './found_row.js';
import { Pane, emptyState, failure, loading } from './pane.js';
import { goTo } from './way.js';

/** After the last letter, until it is looked for: each question costs the server something. */
const SOON_MS = 300;

/** A question may be a word; a letter finds everything. */
const LETTERS_MIN = 2;

class SearchPane extends Pane {
  /** @type {Search | null} */
  #search = null;
  #cancel = () => {};
  #input = h('input', { type: 'search', maxlength: String(QUERY_MAX), autocomplete: 'off', spellcheck: 'false', enterkeyhint: 'search' });
  #results = h('div', { class: 'answers' });
  #chips = h('div', { class: 'search-filters' });

  get heading() {
    return say('search.title');
  }

  begun() {
    this.#search = new Search(this.chat.api);
    this.watch(this.#search);
    this.#input.placeholder = say('search.placeholder');
    this.#input.setAttribute('aria-label', say('search.placeholder'));
    this.#input.addEventListener('input', () => this.#typed());
    this.#input.addEventListener('keydown', (event) => this.#key(event));
  }

  focus() {
    this.#input.focus();
    this.#input.select();
  }

  drawContent() {
    const search = this.#search;
    if (!search) return;
    const field = this.kept('field', '', () => h('div', { class: 'search-field', role: 'search' }, icon('search'), this.#input));
    this.#drawChips();
    const shown = search.items.length > 0;
    const sort = shown && this.kept('sort', search.sort, () => this.#sorts(search));
    fill(this.content, field, this.#chips, sort, this.#results);
    fill(this.#results, ...this.#found(search));
  }

  /** @param {Search} search */
  #found(search) {
    const { items, known, loading: busy, problem, query, groups, more, complete } = search;
    if (problem) return [this.kept('problem', problem.message, () => failure(problem.message, () => search.load()))];
    if (query === '') return [this.kept('help', '', () => this.#help())];
    if (!known) return [this.kept('loading', '', loading)];
    if (items.length === 0) return [this.kept('none', query, () => emptyState('search', say('search.none'), say('search.noneHint')))];
    const late = !complete && h('p', { class: 'hint' }, say('search.incomplete'));
    const next = more && h('button', { class: 'more', disabled: busy, onclick: () => search.loadMore() }, say('threads.more'));
    const count = say('search.found', { count: items.length });
    const list = this.kept('list', JSON.stringify([query, search.sort, items.length]), () => h('div', {}, ...groups.flatMap((group) => this.#group(group))));
    return [h('p', { class: 'unseen', role: 'status' }, count), late, list, next];
  }

  /** @param {import('../chat/search.js').Group} group */
  #group({ slug, found }) {
    const title = h('h3', { class: 'group-title' }, h('bdi', {}, this.chat.roomName(slug)));
    const rows = found.map(({ message, excerpt }) => foundRow({ message, chat: this.chat, excerpt, go: () => goTo(this, this.chat, message) }));
    return [title, h('ul', { class: 'results' }, ...rows)];
  }

  /** Filters that one is likely to want, to be put in by a click. */
  #drawChips() {
    const room = this.chat.current;
    /** @type {[string, string][]} */
    const wanted = [
      ...(room && room.info.visibility !== 'direct' ? [/** @type {[string, string]} */ ([`in:${room.slug}`, say('search.in', { room: room.name })])] : []),
      ['from:me', say('search.fromMe')],
      ['has:file', say('search.hasFile')],
      ['has:link', say('search.hasLink')],
    ];
    const query = this.#input.value;
    const on = (/** @type {string} */ filter) => query.split(/\s+/u).includes(filter);
    const sign = JSON.stringify(wanted.map(([filter, label]) => [filter, label, on(filter)]));
    fill(this.#chips, this.kept('chips', sign, () => h('div', { class: 'chips', role: 'group', 'aria-label': say('search.filters') }, ...wanted.map(([filter, label]) => this.#chip(filter, label, on(filter))))));
  }

  /**
   * @param {string} filter
   * @param {string} label
   * @param {boolean} on
   */
  #chip(filter, label, on) {
    const onclick = () => {
      this.#input.value = withFilter(this.#input.value, filter);
      this.#look();
      this.drawSoon();
      this.#input.focus();
    };
    return h('button', { class: 'chip', 'aria-pressed': String(on), title: filter, onclick }, label);
  }

  /** @param {Search} search */
  #sorts(search) {
    const one = (/** @type {'newest' | 'rank'} */ sort, /** @type {string} */ label) => h('button', { 'aria-pressed': String(search.sort === sort), onclick: () => search.order(sort) }, label);
    return h('div', { class: 'tabs', role: 'group', 'aria-label': say('search.sort') }, one('newest', say('search.newest')), one('rank', say('search.rank')));
  }

  #help() {
    /** @type {[string, string][]} */
    const rows = [
      ['"…"', say('search.help.phrase')],
      ['begin*', say('search.help.begin')],
      ['-word', say('search.help.without')],
      ['from:bob', say('search.help.from')],
      ['in:lobby', say('search.help.in')],
      ['has:file', say('search.help.has')],
      ['before:2026-11-22', say('search.help.before')],
      ['after: on:', say('search.help.after')],
    ];
    return h('div', { class: 'search-help' }, h('p', { class: 'hint' }, say('search.help')), h('dl', { class: 'facts' }, ...rows.flatMap(([term, text]) => [h('dt', {}, h('code', {}, term)), h('dd', {}, text)])));
  }

  #typed() {
    this.#cancel();
    this.#cancel = this.chat.clock.after(SOON_MS, () => this.#look());
    this.drawSoon();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === 'Enter' && !event.isComposing) return this.#look();
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    /** @type {HTMLElement | null} */ (this.#results.querySelector('a'))?.focus();
  }

  #look() {
    this.#cancel();
    const query = this.#input.value.trim();
    if (query === '' || [...query].length >= LETTERS_MIN) this.#search?.look(query);
  }
}

export async function register() {
  await Promise.all([needs('search'), needs('threads')]);
  customElements.define('moot-search', SearchPane);
}
