/**
 * One's own account and choices, a matter at a time: who one is, how the page looks and when it calls, passwords and
 * sessions, whom one has blocked, one's data, and the ways out.
 *
 *     <moot-account></moot-account>
 *     account.open({ chat, preferences, edition, signOut });
 */

import { needs, say } from '../../words/words.js';
import { Dialog } from '../dialog.js';
import { h, icon } from '../dom.js';
import { about } from './about.js';
import { blocked } from './blocked.js';
import { ownData } from './data.js';
import { look } from './look.js';
import { notifications } from './notifications.js';
import { profile } from './profile.js';
import { security } from './security.js';
import { ways } from './ways.js';

/** @typedef {import('../hall.js').Definition} Around */

/** Which one was looked at last, for as long as the page is open. */
let last = 'profile';

/** @type {Record<string, {title: () => string, picture: Parameters<typeof icon>[0], body: (around: Around) => Node[]}>} */
const MATTERS = {
  profile: { title: () => say('settings.profile.title'), picture: 'person', body: profile },
  look: { title: () => say('settings.look.title'), picture: 'look', body: look },
  notifications: { title: () => say('settings.notify.title'), picture: 'bell', body: notifications },
  security: { title: () => say('settings.security.title'), picture: 'key', body: security },
  blocked: { title: () => say('settings.blocked.title'), picture: 'block', body: blocked },
  data: { title: () => say('settings.data.title'), picture: 'down', body: ownData },
  about: { title: () => say('settings.about.title'), picture: 'info', body: about },
};

class Account extends Dialog {
  #panel = h('div', { class: 'matter', role: 'tabpanel', id: 'account-matter', tabindex: '0' });
  /** @type {Map<string, HTMLButtonElement>} */
  #tabs = new Map();

  get heading() {
    return say('settings.account.title');
  }

  get wide() {
    return true;
  }

  body() {
    const list = h('div', { class: 'tabs', role: 'tablist', 'aria-label': this.heading, onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) });
    for (const [name, { title, picture }] of Object.entries(MATTERS)) {
      const tab = h('button', { role: 'tab', id: `account-${name}`, 'aria-controls': 'account-matter', onclick: () => this.#show(name) }, icon(picture), title());
      this.#tabs.set(name, tab);
      list.append(tab);
    }
    this.#show(last);
    this.#tabs.get(last)?.toggleAttribute('data-first', true);
    return [h('div', { class: 'account' }, list, this.#panel), ways(this.around)];
  }

  /** @param {string} name */
  #show(name) {
    last = name;
    for (const [one, tab] of this.#tabs) {
      tab.setAttribute('aria-selected', String(one === name));
      tab.tabIndex = one === name ? 0 : -1;
    }
    this.#panel.setAttribute('aria-labelledby', `account-${name}`);
    this.#panel.replaceChildren(h('h3', {}, MATTERS[name].title()), ...MATTERS[name].body(this.around));
    this.#panel.scrollTop = 0;
  }

  /** Arrows go from tab to tab, in either direction that the list may lie in. @param {KeyboardEvent} event */
  #key(event) {
    const names = [...this.#tabs.keys()];
    const at = names.indexOf(last);
    const steps = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: names.length - 1 };
    const to = /** @type {Record<string, number>} */ (steps)[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#show(names[(to + names.length) % names.length]);
    this.#tabs.get(last)?.focus();
  }
}

export async function register() {
  await needs('settings');
  customElements.define('moot-account', Account);
}
