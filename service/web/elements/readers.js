/** Who has read a message, where its room shows that. */

import { Problem } from '../chat/problem.js';
import { SessionEnded } from '../chat/session.js';
import { needs, say } from '../words/words.js';
import { Dialog } from './dialog.js';
import { h } from './dom.js';
import { face } from './face.js';

class Readers extends Dialog {
  #list = h('ul', { class: 'choices' });

  get heading() {
    return say('threads.readers');
  }

  body() {
    this.#list.replaceChildren(h('li', { class: 'empty' }, h('span', { role: 'status' }, say('page.loading'))));
    this.#load();
    return [this.#list];
  }

  async #load() {
    try {
      const readers = await this.chat.api.readers(this.subject.id);
      const rows = readers.map(({ user, name }) => h('li', {}, face(user, name || user), h('span', { class: 'label' }, h('bdi', { class: 'name' }, name || user), h('small', {}, user))));
      this.#list.replaceChildren(...(rows.length > 0 ? rows : [h('li', { class: 'empty' }, say('threads.readers.none'))]));
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      this.#list.replaceChildren(h('li', { class: 'empty' }, h('span', { role: 'alert' }, error.message)));
    }
  }
}

export async function register() {
  await needs('threads');
  customElements.define('moot-readers', Readers);
}
