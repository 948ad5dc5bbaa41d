/** What a message said before it was changed. */

import { Problem } from '../chat/problem.js';
import { SessionEnded } from '../chat/session.js';
import { needs, say } from '../words/words.js';
import { Dialog } from './dialog.js';
import { h } from './dom.js';
import { moments } from './manner.js';

class Edits extends Dialog {
  #list = h('ol', { class: 'versions' });

  get heading() {
    return say('threads.versions');
  }

  body() {
    this.#list.replaceChildren(h('li', { class: 'hint' }, h('span', { role: 'status' }, say('page.loading'))));
    this.#load();
    return [this.#list];
  }

  async #load() {
    try {
      const { items } = await this.chat.api.editHistory(this.subject.id);
      this.#list.replaceChildren(...items.map(({ text, at }) => h('li', {}, h('time', { datetime: at }, moments.full(at)), h('p', { dir: 'auto' }, text))));
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      this.#list.replaceChildren(h('li', { class: 'alert' }, h('span', { role: 'alert' }, error.message)));
    }
  }
}

export async function register() {
  await needs('threads');
  customElements.define('moot-edits', Edits);
}
