/**
 * What is said where a part of the page could not be loaded.
 *
 *     <moot-missing></moot-missing>
 *     missing.open(around, again);
 */

import { say } from '../words/words.js';
import { Dialog } from './dialog.js';
import { h } from './dom.js';

class Missing extends Dialog {
  get heading() {
    return say('page.missing.title');
  }

  body() {
    const again = () => {
      this.close();
      /** @type {() => void} */ (this.subject)();
    };
    const button = h('button', { class: 'primary', 'data-first': true, onclick: again }, say('page.again'));
    return [h('p', {}, say('page.missing.text')), h('div', { class: 'acts' }, button)];
  }
}

export function registerMissing() {
  customElements.define('moot-missing', Missing);
}
