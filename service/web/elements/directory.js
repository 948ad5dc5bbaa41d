/**
 * The rooms of this server that one is not in, to look for and to enter.
 *
 *     <moot-directory></moot-directory>
 *     directory.open({ chat, signOut });
 */

import { Problem } from '../chat/problem.js';
import { gateInWords, passes } from '../chat/roles.js';
import { SessionEnded } from '../chat/session.js';
import { say } from '../words/words.js';
import { Dialog } from './dialog.js';
import { h, icon } from './dom.js';

class Directory extends Dialog {
  #list = h('ul', { class: 'choices' });
  #search = h('input', { type: 'search', placeholder: say('rooms.find'), 'aria-label': say('rooms.find'), oninput: () => this.#draw() });

  get heading() {
    return say('rooms.browse');
  }

  body() {
    this.#list.replaceChildren(h('li', { class: 'empty' }, h('span', { role: 'status' }, say('page.loading'))));
    this.#load();
    return [this.#search, this.#list];
  }

  async #load() {
    try {
      await this.chat.loadRooms();
      this.#draw();
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      this.#list.replaceChildren(h('li', { class: 'empty' }, h('span', { role: 'alert' }, error.message)));
    }
  }

  #draw() {
    const wanted = this.#search.value.trim().toLocaleLowerCase();
    const matches = (/** @type {string} */ text) => text.toLocaleLowerCase().includes(wanted);
    const others = this.chat.others();
    this.#search.hidden = others.length === 0;
    const found = others.filter((info) => matches(info.name) || matches(info.slug) || matches(info.topic));
    const nothing = others.length === 0 ? say('rooms.inAll') : say('rooms.notFound');
    const rows = found.length > 0 ? found.map((info) => this.#row(info)) : [h('li', { class: 'empty' }, nothing)];
    this.#list.replaceChildren(...rows);
  }

  /** @param {import('../chat/contract.js').RoomInfo} info */
  #row(info) {
    const open = passes(this.chat.me.role, info.join_role);
    const people = say('rooms.members', { count: info.members });
    const gate = open ? people : say('rooms.for', { gate: gateInWords(info.join_role) });
    const label = h('span', { class: 'label' }, h('bdi', { class: 'name' }, info.name), h('small', {}, gate), info.topic && h('span', { class: 'topic' }, info.topic));
    const join = open && h('button', { 'aria-label': say('rooms.joinOne', { room: info.name }), onclick: () => this.#enter(info.slug) }, say('page.join'));
    return h('li', {}, icon(info.visibility === 'public' ? 'hash' : 'lock'), label, join);
  }

  /** @param {string} slug */
  #enter(slug) {
    this.chat.enter(slug);
    this.close();
  }
}

export async function register() {
  customElements.define('moot-directory', Directory);
}
