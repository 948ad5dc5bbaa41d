/**
 * Goes to a room or a person by a few letters of the name: a field that filters, and a list that one walks with the
 * arrows while one types (a combobox, by the ARIA Authoring Practices).
 *
 *     <moot-switcher></moot-switcher>
 *     switcher.open({ chat });
 */

import { quietly } from '../../chat/quietly.js';
import { destinations } from '../../chat/switcher.js';
import { needs, say, sayWith } from '../../words/words.js';
import { Dialog } from '../dialog.js';
import { h, icon } from '../dom.js';
import { face } from '../face.js';
import { toConversation } from '../keys.js';

/** @typedef {import('../../chat/switcher.js').Place} Place */

class Switcher extends Dialog {
  /** @type {Place[]} */
  #shown = [];
  #at = 0;
  /** @type {import('../../chat/contract.js').User[]} */
  #people = [];
  #list = h('ul', { role: 'listbox', id: 'switcher-list', 'aria-label': say('settings.switcher.title') });
  #none = h('p', { class: 'hint' }, say('settings.switcher.none'));
  #said = h('p', { class: 'unseen', role: 'status' });
  #input = h('input', {
    type: 'text',
    role: 'combobox',
    placeholder: say('settings.switcher.find'),
    'aria-label': say('settings.switcher.find'),
    'aria-controls': 'switcher-list',
    'aria-expanded': 'true',
    'aria-autocomplete': 'list',
    autocomplete: 'off',
    spellcheck: 'false',
    'data-first': true,
    oninput: () => this.#draw(0),
    onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
  });

  get heading() {
    return say('settings.switcher.title');
  }

  body() {
    this.#draw(0);
    this.#load();
    const keys = { up: h('kbd', {}, '↑'), down: h('kbd', {}, '↓'), enter: h('kbd', {}, '↵') };
    return [this.#input, this.#list, this.#none, this.#said, h('p', { class: 'hint keys' }, ...sayWith('settings.switcher.hint', keys))];
  }

  /** Who else there is; without them there are still the rooms. */
  async #load() {
    this.#people = (await quietly(this.chat.api.users())) ?? [];
    this.#draw(this.#at);
  }

  /** @returns {Place[]} */
  #places() {
    const { me, directory } = this.chat;
    const mine = this.chat.list().map(({ info, unread, mentions }) => {
      const kind = /** @type {Place['kind']} */ (info.visibility === 'direct' ? 'direct' : 'room');
      return { kind, key: info.slug, name: this.chat.roomName(info.slug), more: kind === 'direct' ? '' : info.slug, unread, mentions };
    });
    const others = directory.filter(({ slug, visibility }) => visibility !== 'direct' && !this.chat.rooms.has(slug));
    const people = this.#people.filter(({ username, bot }) => username !== me.username && !bot);
    return [
      ...mine,
      ...others.map((info) => place('other', info.slug, info.name)),
      ...people.map(({ username, name }) => place('person', username, name || username)),
    ];
  }

  /** @param {number} at Which one is chosen. */
  #draw(at) {
    const open = this.chat.current?.slug;
    const recent = this.chat.recent.filter((slug) => slug !== open);
    const places = this.#places().filter(({ key }) => key !== open || this.#input.value !== '');
    this.#shown = destinations(this.#input.value, places, recent);
    this.#at = Math.min(at, Math.max(0, this.#shown.length - 1));
    const rows = this.#shown.map((one, i) => this.#row(one, i));
    this.#list.replaceChildren(...rows);
    this.#list.hidden = rows.length === 0;
    this.#none.hidden = rows.length > 0;
    this.#input.setAttribute('aria-expanded', String(rows.length > 0));
    this.#said.textContent = rows.length > 0 ? say('settings.switcher.found', { count: rows.length }) : say('settings.switcher.none');
    this.#choose(this.#at);
  }

  /**
   * @param {Place} place
   * @param {number} i
   */
  #row({ kind, key, name, unread, mentions }, i) {
    const info = this.chat.directory.find((one) => one.slug === key) ?? this.chat.rooms.get(key)?.info;
    const picture = kind === 'person' || kind === 'direct' ? face(key, name) : icon(info?.visibility === 'public' ? 'hash' : 'lock');
    const more = kind === 'other' ? say('settings.switcher.join') : kind === 'person' ? say('settings.switcher.write') : '';
    const count = unread > 0 && h('span', { class: mentions > 0 ? 'count mention' : 'count' }, String(unread));
    return h(
      'li',
      { role: 'option', id: `switcher-${i}`, onpointermove: () => this.#choose(i), onclick: () => this.#go(i) },
      picture,
      h('bdi', { class: 'name' }, name),
      more !== '' && h('small', {}, more),
      count,
    );
  }

  /** @param {number} i */
  #choose(i) {
    this.#at = i;
    const rows = /** @type {Iterable<HTMLElement>} */ (this.#list.querySelectorAll('[role=option]'));
    let at = 0;
    for (const row of rows) row.setAttribute('aria-selected', String(at++ === i));
    const chosen = this.#list.querySelector('[aria-selected=true]');
    if (chosen) this.#input.setAttribute('aria-activedescendant', chosen.id);
    else this.#input.removeAttribute('aria-activedescendant');
    chosen?.scrollIntoView({ block: 'nearest' });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return;
    const count = this.#shown.length;
    if (event.key === 'Enter') this.#go(this.#at);
    else if (event.key === 'ArrowDown' && count > 0) this.#choose((this.#at + 1) % count);
    else if (event.key === 'ArrowUp' && count > 0) this.#choose((this.#at - 1 + count) % count);
    else return;
    event.preventDefault();
  }

  /** @param {string} username */
  async #talkTo(username) {
    const { slug } = await this.chat.api.openDirect([username]);
    await this.chat.loadRooms();
    this.chat.enter(slug);
  }

  /** @param {number} i */
  async #go(i) {
    const place = this.#shown[i];
    if (!place) return;
    // Whoever opened a dialog gets the focus back when it closes: what one went to takes it after that.
    this.addEventListener('close', () => requestAnimationFrame(() => this.#arrive()), { capture: true, once: true });
    // Before it closes: what is typed right after Enter is for the room that one went to.
    if (place.kind !== 'person') this.chat.open(place.key);
    this.close();
    if (place.kind === 'person') await quietly(this.#talkTo(place.key));
  }

  /** Where one writes in the room that one went to, or else its name. */
  #arrive() {
    toConversation();
  }
}

/**
 * @param {Place['kind']} kind
 * @param {string} key
 * @param {string} name
 * @returns {Place}
 */
function place(kind, key, name) {
  return { kind, key, name, more: key, unread: 0, mentions: 0 };
}

export async function register() {
  await needs('settings');
  customElements.define('moot-switcher', Switcher);
}
