/** The messages in which one is called, in all rooms. */

import { Paging } from '../chat/paging.js';
import { needs, say } from '../words/words.js';
import { fill, h } from './dom.js';
import { foundRow } from './found_row.js';
import { KeyedList } from './keyed_list.js';
import { Pane, emptyState, failure, loading } from './pane.js';
import { goTo } from './way.js';

class MentionsPane extends Pane {
  #list = h('ul', { class: 'results' });
  #rows = new KeyedList(this.#list);
  /** @type {Paging<import('../chat/contract.js').Mention> | null} */
  #inbox = null;
  #called = 0;

  get heading() {
    return say('threads.mentions');
  }

  begun() {
    this.#inbox = new Paging((cursor) => this.chat.api.mentions(cursor));
    this.#called = this.chat.called;
    this.watch(this.#inbox, this.chat);
    this.#inbox.load();
  }

  drawContent() {
    const inbox = this.#inbox;
    if (!inbox) return;
    if (this.chat.called !== this.#called) {
      this.#called = this.chat.called;
      inbox.load();
    }
    const { items, known, problem, more } = inbox;
    this.#rows.show(items.map((one) => ({ key: one.message.id, signature: JSON.stringify([one, this.#isNew(one)]), make: () => this.#row(one) })));
    const state = problem ? 'problem' : !known ? 'loading' : items.length === 0 ? 'empty' : '';
    const note = state === '' ? null : this.kept('note', `${state} ${problem?.message}`, () => this.#note(state, problem?.message ?? ''));
    const next = more && this.kept('more', '', () => h('button', { class: 'more', onclick: () => inbox.loadMore() }, say('threads.more')));
    fill(this.content, state === 'problem' && note, items.length > 0 && this.#list, state !== 'problem' && note, next);
  }

  /**
   * @param {string} state
   * @param {string} problem
   */
  #note(state, problem) {
    if (state === 'problem') return failure(problem, () => this.#inbox?.load());
    return state === 'loading' ? loading() : emptyState('at', say('threads.mentions.none'), say('threads.mentions.hint'));
  }

  /** @param {import('../chat/contract.js').Mention} mention */
  #isNew({ message }) {
    const room = this.chat.rooms.get(message.room);
    return room !== undefined && message.seq > room.reading.seq;
  }

  /** @param {import('../chat/contract.js').Mention} mention */
  #row(mention) {
    const { message } = mention;
    const badge = this.#isNew(mention) && h('span', { class: 'badge accent' }, say('message.new'));
    return foundRow({ message, chat: this.chat, room: this.chat.roomName(message.room), badge, go: () => goTo(this, this.chat, message) });
  }
}

export async function register() {
  await needs('threads');
  customElements.define('moot-mentions', MentionsPane);
}
