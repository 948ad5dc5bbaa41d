/**
 * Choosing people: who has been chosen stands above the list of those whom one may choose. What becomes of them, the
 * dialog that extends it says.
 */

import { plain } from '../chat/completion.js';
import { Problem } from '../chat/problem.js';
import { SessionEnded } from '../chat/session.js';
import { say } from '../words/words.js';
import { Dialog } from './dialog.js';
import { h, icon } from './dom.js';
import { face } from './face.js';
import { KeyedList } from './keyed_list.js';

/** A list that nobody reads to its end need not be built to its end. */
const SHOWN = 50;

/** @typedef {import('../chat/contract.js').User} User */

export class PickPeople extends Dialog {
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
  #open = h('button', { class: 'primary', onclick: () => this.#go() });

  /** How many at most. */
  get most() {
    return Infinity;
  }

  /** What its button says. */
  get submit() {
    return '';
  }

  /** Whether somebody can be chosen at all. @param {User} user @returns {boolean} */
  offers(user) {
    return !user.suspended;
  }

  /** What is to be had before the list is drawn. */
  async prepare() {}

  /** @param {User[]} people Those who were chosen. */
  async go(people) {
    throw new Error(`nothing says what becomes of ${people.length} people`);
  }

  body() {
    this.#open.textContent = this.submit;
    this.#load();
    this.#draw();
    return [this.#chips, this.#input, this.#note, this.#list, this.#alert, h('div', { class: 'acts' }, this.#open)];
  }

  async #load() {
    try {
      const [users] = await Promise.all([this.chat.api.users(), this.prepare()]);
      this.#people = users.filter((user) => user.username !== this.chat.me.username && this.offers(user));
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
    const full = this.#chosen.size >= this.most ? say('threads.direct.full', { count: this.most }) : '';
    this.#note.textContent = this.#problem || full || nobody || (this.#known ? '' : say('page.loading'));
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
    else if (this.#chosen.size < this.most) this.#chosen.set(person.username, person);
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

  /** Of several, one that is done is chosen no more: who tries again goes on with the others. @param {string} username */
  done(username) {
    this.#chosen.delete(username);
    this.#draw();
  }

  #go() {
    return this.orAlert(this.#alert, async () => {
      await this.go([...this.#chosen.values()]);
      this.close();
    });
  }
}
