/**
 * A page that is a list which comes in parts: what stands above it, its rows, and the ways to have more or to try
 * again. What a row looks like, the list that extends it says.
 *
 * @template T
 */

import { Pages } from '../../chat/moderation/pages.js';
import { refusalSentence } from '../../chat/reasons.js';
import { say } from '../../words/words.js';
import { fill, h, icon } from '../dom.js';
import { KeyedList } from '../keyed_list.js';
import { LiveElement } from '../live_element.js';
import { moments } from '../manner.js';

/** @template T */
export class PagedList extends LiveElement {
  /** @type {Pages<T> | null} */
  #pages = null;
  /** @type {import('../../chat/chat.js').Chat | null} */
  #chat = null;
  /** Of which room; empty: of the whole server. */
  slug = '';
  user = '';
  #head = h('div', { class: 'above' });
  #state = h('div', { class: 'state' });
  #list = h('ul', { class: 'records' });
  #rows = new KeyedList(this.#list);
  #more = h('button', { onclick: () => this.pages.more() }, say('moderation.more'));

  /**
   * @param {import('../../chat/chat.js').Chat} chat
   * @param {string} slug
   * @param {string} [user] Whom it is to be about at first, where it can be about one person.
   */
  show(chat, slug, user = '') {
    this.#chat = chat;
    this.slug = slug;
    this.user = user;
    this.#pages = this.source();
    this.watch(...this.sources());
    fill(this.#head, ...this.head());
    this.load();
  }

  connectedCallback() {
    super.connectedCallback();
    fill(this, this.#head, this.#state, this.#list, this.#more);
  }

  get chat() {
    if (this.#chat === null) throw new Error('show() comes first');
    return this.#chat;
  }

  get pages() {
    if (this.#pages === null) throw new Error('show() comes first');
    return this.#pages;
  }

  /** @returns {Pages<T>} */
  source() {
    return new Pages(this.chat.api);
  }

  /** @returns {EventTarget[]} */
  sources() {
    return [this.pages];
  }

  /** Asks for the first page. */
  load() {}

  /** @returns {import('../dom.js').Child[]} */
  head() {
    return [];
  }

  /** What it says where there is nothing. */
  get empty() {
    return '';
  }

  /** @returns {T[]} */
  get items() {
    return this.pages.items;
  }

  /**
   * @param {T} item
   * @returns {import('../keyed_list.js').Item}
   */
  row(item) {
    throw new Error(`nothing says what a row of ${this.localName} looks like: ${item}`);
  }

  draw() {
    if (this.#pages === null) return;
    const { items } = this;
    const { loaded, loading, problem, hasMore } = this.pages;
    this.#list.setAttribute('aria-busy', String(loading));
    const place = [...this.#list.children].findIndex((row) => row.contains(document.activeElement));
    this.#rows.show(items.map((item) => this.row(item)));
    if (place >= 0 && !this.#list.contains(document.activeElement)) this.#goOn(place);
    this.#list.hidden = items.length === 0;
    this.#more.hidden = !hasMore || problem !== null;
    this.#more.disabled = loading;
    const state = problem ? `problem ${problem.message}` : !loaded ? 'loading' : items.length === 0 ? `empty ${this.empty}` : '';
    this.#state.hidden = state === '';
    fill(this.#state, this.kept('state', state, () => this.#stateNode()));
  }

  /**
   * What somebody worked on by keyboard has gone from the list: they go on with what stands in its place.
   * @param {number} place
   */
  #goOn(place) {
    const row = this.#list.children[Math.min(place, this.#list.children.length - 1)] ?? this.#head;
    /** @type {HTMLElement | null} */ (row.querySelector('button, a, input'))?.focus();
  }

  #stateNode() {
    const { problem, loaded } = this.pages;
    if (problem) {
      const again = h('button', { onclick: () => (loaded ? this.pages.more() : this.load()) }, say('page.again'));
      return h('div', { class: 'empty-state', role: 'alert' }, h('p', {}, refusalSentence(problem, (time) => moments.short(time, Date.now()))), again);
    }
    if (!loaded) return h('p', { class: 'loading', role: 'status' }, say('page.loading'));
    return this.items.length === 0 ? h('div', { class: 'empty-state' }, icon('shield'), h('p', {}, this.empty)) : h('span', {});
  }
}
