/** The threads that one follows, in all rooms, those with something new first to be seen. */

import { Problem } from '../chat/problem.js';
import { SessionEnded } from '../chat/session.js';
import { needs, say } from '../words/words.js';
import { fill, h } from './dom.js';
import { foundRow } from './found_row.js';
import { KeyedList } from './keyed_list.js';
import { moments } from './manner.js';
import { Pane, emptyState, failure, loading } from './pane.js';

class ThreadsPane extends Pane {
  #list = h('ul', { class: 'results' });
  #rows = new KeyedList(this.#list);
  #problem = '';

  get heading() {
    return say('threads.threads');
  }

  begun() {
    this.watch(this.chat.threads, this.chat);
    this.#load();
  }

  drawContent() {
    const { threads } = this.chat;
    const list = threads.list();
    this.#rows.show(list.map((one) => ({ key: one.message.id, signature: JSON.stringify([one.message.text, one.message.thread, one.unread]), make: () => this.#row(one) })));
    const state = this.#problem ? 'problem' : !threads.known ? 'loading' : list.length === 0 ? 'empty' : '';
    const note = state === '' ? null : this.kept('note', state + this.#problem, () => this.#note(state));
    fill(this.content, note, list.length > 0 && this.#list);
  }

  /** @param {string} state */
  #note(state) {
    if (state === 'problem') return failure(this.#problem, () => this.#load());
    return state === 'loading' ? loading() : emptyState('thread', say('threads.none'), say('threads.hint'));
  }

  /** @param {import('../chat/contract.js').FollowedThread} followed */
  #row({ message, unread }) {
    const { thread } = message;
    const badge = unread > 0 && h('span', { class: 'count' }, String(unread), h('span', { class: 'unseen' }, say('rooms.unread', { count: unread })));
    const row = foundRow({ message, chat: this.chat, room: this.chat.roomName(message.room), badge, go: () => this.#go(message) });
    const last = thread && moments.short(thread.last_at, this.chat.clock.now());
    if (thread) row.append(h('p', { class: 'carried' }, `${say('message.replies', { count: thread.replies })} · ${say('message.lastReply', { time: last ?? '' })}`));
    return row;
  }

  /** @param {import('../chat/contract.js').Message} message */
  #go({ room, id }) {
    if (this.chat.open(room)) this.chat.rooms.get(room)?.openThreadOf(id);
  }

  async #load() {
    this.#problem = '';
    try {
      if (!this.chat.threads.known) await this.chat.threads.load();
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      this.#problem = error.message;
    }
    this.drawSoon();
  }
}

export async function register() {
  await needs('threads');
  customElements.define('moot-threads', ThreadsPane);
}
