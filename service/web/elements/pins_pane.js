/** A room's pinned messages beside it. */

import { Problem } from '../chat/problem.js';
import { SessionEnded } from '../chat/session.js';
import { needs, say } from '../words/words.js';
import { fill, h, icon } from './dom.js';
import { foundRow } from './found_row.js';
import { KeyedList } from './keyed_list.js';
import { Pane, emptyState, failure, loading } from './pane.js';
import { goTo } from './way.js';

class PinsPane extends Pane {
  #list = h('ul', { class: 'results' });
  #rows = new KeyedList(this.#list);
  #problem = '';

  get #room() {
    return /** @type {import('../chat/room.js').Room} */ (this.subject);
  }

  get heading() {
    return say('threads.pins');
  }

  get about() {
    return this.#room.name;
  }

  begun() {
    this.watch(this.#room);
    this.#load();
  }

  drawContent() {
    const { items, known } = this.#room.pins;
    this.#rows.show(items.map((message) => ({ key: message.id, signature: JSON.stringify(message), make: () => this.#row(message) })));
    const empty = known && items.length === 0;
    const state = this.#problem ? 'problem' : !known ? 'loading' : empty ? 'empty' : '';
    const note = state === '' ? null : this.kept('note', state + this.#problem, () => this.#note(state));
    fill(this.content, note, !empty && this.#list);
  }

  /** @param {string} state */
  #note(state) {
    if (state === 'problem') return failure(this.#problem, () => this.#load());
    return state === 'loading' ? loading() : emptyState('pin', say('threads.pins.none'), say('threads.pins.hint'));
  }

  /** @param {import('../chat/contract.js').Message} message */
  #row(message) {
    const room = this.#room;
    const may = room.info.you?.can.includes('pin');
    const off = may && h('button', { class: 'icon-button', 'aria-label': say('message.unpin'), title: say('message.unpin'), onclick: () => room.pin(message, false) }, icon('close'));
    return foundRow({ message, chat: this.chat, go: () => goTo(this, this.chat, message), tool: off });
  }

  async #load() {
    this.#problem = '';
    try {
      await this.#room.pins.load();
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      this.#problem = error.message;
    }
    this.drawSoon();
  }
}

export async function register() {
  await needs('threads');
  customElements.define('moot-pins', PinsPane);
}
