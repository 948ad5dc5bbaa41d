/**
 * What stands beside the room: a bar with a name and a way to close it, and what it shows. Escape closes it, and the
 * focus goes back to where it was.
 *
 *     class Pins extends Pane { get heading() { … } drawContent() { … } }
 *
 * Sends `close-side` up.
 */

import { say } from '../words/words.js';
import { fill, h, icon } from './dom.js';
import { LiveElement } from './live_element.js';

export class Pane extends LiveElement {
  /** @type {import('./hall.js').Definition | null} */
  #around = null;
  #title = h('h2', { tabindex: '-1' });
  #tools = h('div', { class: 'row' });
  #close = h('button', { class: 'icon-button', 'aria-label': say('page.close'), title: say('page.close'), onclick: () => this.close() }, icon('close'));
  content = h('div', { class: 'content', tabindex: '0' });
  foot = h('div', { class: 'foot' });
  /** @type {any} what it is about */
  subject = null;

  /**
   * @param {import('./hall.js').Definition} around
   * @param {unknown} subject
   */
  begin(around, subject) {
    this.#around = around;
    this.subject = subject;
    this.begun();
  }

  /** Here it says what it watches. */
  begun() {}

  connectedCallback() {
    super.connectedCallback();
    this.classList.add('pane');
    this.addEventListener('keydown', this.#key);
    fill(this, h('div', { class: 'bar' }, this.#title, this.#tools, this.#close), this.content, this.foot);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.removeEventListener('keydown', this.#key);
  }

  get around() {
    if (this.#around === null) throw new Error('begin() comes first');
    return this.#around;
  }

  get chat() {
    return this.around.chat;
  }

  /** @returns {string} */
  get heading() {
    return '';
  }

  /** @returns {string} Beneath the heading. */
  get about() {
    return '';
  }

  /** @returns {Node[]} Beside what closes it. */
  tools() {
    return [];
  }

  draw() {
    const [heading, about] = [this.heading, this.about];
    fill(this.#title, this.kept('title', `${heading}\n${about}`, () => h('span', {}, heading, about !== '' && h('small', {}, h('bdi', {}, about)))));
    fill(this.#tools, ...this.tools());
    this.drawContent();
    this.foot.hidden = this.foot.childNodes.length === 0;
  }

  drawContent() {}

  /** Where somebody who opens it wants to be. */
  focus() {
    this.#title.focus();
  }

  close() {
    this.dispatchEvent(new CustomEvent('close-side', { bubbles: true }));
  }

  /** @param {KeyboardEvent} event */
  #key = (event) => {
    // A menu or a list of suggestions over it closes first.
    if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector(':popover-open')) return;
    event.preventDefault();
    event.stopPropagation();
    this.close();
  };
}

/**
 * Where there is nothing: that, and what would be there.
 * @param {Parameters<typeof icon>[0]} picture
 * @param {string} title
 * @param {string} text
 */
export function emptyState(picture, title, text) {
  return h('div', { class: 'empty-state' }, icon(picture), h('h3', {}, title), h('p', {}, text));
}

export function loading() {
  return h('p', { class: 'loading', role: 'status' }, say('page.loading'));
}

/**
 * @param {string} text
 * @param {() => void} again
 */
export function failure(text, again) {
  return h('div', { class: 'alert', role: 'alert' }, h('p', {}, text), h('button', { class: 'link', onclick: again }, say('page.again')));
}
