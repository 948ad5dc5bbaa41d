/**
 * Talking directly: with one person, or with a few. Who has been chosen stands above the list.
 */

import { plain } from '../chat/completion.js';
import { Problem } from '../chat/problem.js';
import { SessionEnded } from '../chat/session.js';
import { needs, say } from '../words/words.js';
import { Dialog } from './dialog.js';
import { h, icon } from './dom.js';
import { face } from './face.js';
import { KeyedList } from './keyed_list.js';

/** In one direct room, oneself not counted. */
const OTHERS_MAX = 8;

/** A list that nobody reads to its end need not be built to its end. */
const SHOWN = 50;

/** @typedef {import('../chat/contract.js').User} User */

class NewDirect extends Dialog {
  /** @type {User[]} */
  #people = [];
  /** @type {Map<string, User>} */
  #chosen = new Map();
  #problem = '';
  #known = false;
  #input = h('input', { type: 'search', 'data-first': true, autocomplete: 'off', placeholder: say('threads.direct.find'), 'aria-label': say('threads.direct.find'), oninput: () => this.#draw(), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) });
  #chips = h('ul', { class: 'chips', 'aria-label': say('threads.direct.chosen') });
  #list = h('ul', { class: 'choices people' });
  #rows = new KeyedList(this.#list);
  #note = h('p', { class: 'hint', role: 'status' });
  #alert = h('p', { class: 'alert', role: 'alert', hidden: true });
  #open = h('button', { class: 'primary', onclick: () => this.#go() }, say('threads.direct.open'));

  get heading() {
    return say('rooms.newDirect');
  }

  body() {
    this.#load();
    this.#draw();
    return [this.#chips, this.#input, this.#note, this.#list, this.#alert, h('div', { class: 'acts' }, this.#open)];
  }

  async #load() {
    try {
      const users = await this.chat.api.users();
      this.#people = users.filter(({ username, suspended }) => username !== this.chat.me.username && !suspended);
      this.#people.sort((a, b) => a.name.localeCompare(b.name));
      this.#known = true;
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      this.#problem = error.message;
    }
    this.#draw();
  }

  #draw() {
    const found = this.#found();
    this.#rows.show(found.slice(0, SHOWN).map((person) => {
      const chosen = this.#chosen.has(person.username);
      return { key: person.username, signature: `${person.name} ${chosen}`, make: () => this.#row(person, chosen) };
    }));
    this.#chips.hidden = this.#chosen.size === 0;
    this.#chips.replaceChildren(...[...this.#chosen.values()].map((person) => this.#chip(person)));
    const nobody = this.#known && found.length === 0 ? say('threads.direct.nobody') : '';
    const full = this.#chosen.size >= OTHERS_MAX ? say('threads.direct.full', { count: OTHERS_MAX }) : '';
    this.#note.textContent = this.#problem || full || nobody || (this.#known ? '' : say('common.loading'));
    this.#open.disabled = this.#chosen.size === 0;
  }

  #found() {
    const wanted = plain(this.#input.value.trim().replace(/^@/u, ''));
    return this.#people.filter(({ username, name }) => username.includes(wanted) || plain(name).includes(wanted));
  }

  /**
   * @param {User} person
   * @param {boolean} chosen
   */
  #row(person, chosen) {
    const { username, name } = person;
    const label = h('span', { class: 'label' }, h('bdi', { class: 'name' }, name), h('small', {}, `@${username}`));
    const button = h('button', { class: 'choice', role: 'checkbox', 'aria-checked': String(chosen), 'aria-label': `${name} @${username}`, onclick: () => this.#toggle(person) }, face(username, name), label, chosen && icon('check'));
    return h('li', {}, button);
  }

  /** @param {User} person */
  #chip(person) {
    const label = say('threads.direct.remove', { name: person.name });
    return h('li', {}, h('button', { class: 'chip', 'aria-label': label, title: label, onclick: () => this.#toggle(person) }, h('bdi', {}, person.name), icon('close')));
  }

  /** @param {User} person */
  #toggle(person) {
    if (this.#chosen.has(person.username)) this.#chosen.delete(person.username);
    else if (this.#chosen.size < OTHERS_MAX) this.#chosen.set(person.username, person);
    this.#draw();
  }

  /** Enter takes the first who is found; in an empty field, it opens what was chosen. @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== 'Enter' || event.isComposing) return;
    event.preventDefault();
    const [first] = this.#found();
    if (this.#input.value.trim() === '') return void (this.#chosen.size > 0 && this.#go());
    if (first && !this.#chosen.has(first.username)) this.#toggle(first);
    this.#input.value = '';
    this.#draw();
  }

  async #go() {
    this.#alert.hidden = true;
    try {
      await this.chat.openDirect([...this.#chosen.keys()]);
      this.close();
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      this.#alert.textContent = error.message;
      this.#alert.hidden = false;
    }
  }
}

export async function register() {
  await needs('threads');
  customElements.define('moot-new-direct', NewDirect);
}
