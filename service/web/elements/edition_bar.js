/**
 * Says that a newer edition of the page is here, and changes to it when somebody wants that.
 *
 *     <moot-edition></moot-edition>
 *     bar.edition = edition;
 */

import { say, words } from '../words/words.js';
import { fill, h, icon } from './dom.js';
import { LiveElement } from './live_element.js';

export class EditionBar extends LiveElement {
  /** @type {import('../chat/edition.js').Edition | null} */
  #edition = null;

  /** @param {import('../chat/edition.js').Edition} edition */
  set edition(edition) {
    this.#edition = edition;
    this.watch(edition, words);
  }

  connectedCallback() {
    super.connectedCallback();
    this.setAttribute('role', 'status');
  }

  draw() {
    const edition = this.#edition;
    if (!edition?.waits) return fill(this);
    const reload = h('button', { class: 'quiet', onclick: () => edition.change() }, say('connection.reload'));
    const later = h('button', { class: 'icon-button', 'aria-label': say('connection.later'), onclick: () => edition.dismiss() }, icon('close'));
    fill(this, h('div', { class: 'toast' }, h('p', {}, say('connection.fresh')), reload, later));
  }
}

export function registerEditionBar() {
  customElements.define('moot-edition', EditionBar);
}
