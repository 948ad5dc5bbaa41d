/**
 * A thread beside the room: the message that it hangs under, the replies, and the place to answer.
 */

import { Problem } from '../chat/problem.js';
import { SessionEnded } from '../chat/session.js';
import { entries } from '../chat/timeline.js';
import { needs, say } from '../words/words.js';
import { fill, h, icon } from './dom.js';
import { dropZone } from './drop_zone.js';
import { KeyedList } from './keyed_list.js';
import { moments } from './manner.js';
import { entryNode, signature } from './message.js';
import { MessageTools } from './message_tools.js';
import { Pane, failure, loading } from './pane.js';
import { Talk } from './talk.js';

/** From the end, within which one counts as reading at the end; and from which more is asked for. */
const END_PX = 60;
const AHEAD_PX = 600;

/** How long a reply shines that somebody wanted to see. */
const SHINES_MS = 2_000;

class ThreadPane extends Pane {
  #list = h('ol', { class: 'entries' });
  #rows = new KeyedList(this.#list);
  #end = h('div', { class: 'end' });
  #composer = /** @type {import('./composer.js').Composer} */ (document.createElement('moot-composer'));
  /** @type {Talk | null} */
  #talk = null;
  #tools = new MessageTools(this.#list, () => this.#talk);
  #problem = '';
  #following = true;
  #fresh = true;
  #follow = h('button', { class: 'small quiet', onclick: () => this.#toggleFollow() });

  get #thread() {
    return /** @type {import('../chat/thread.js').Thread} */ (this.subject);
  }

  get #room() {
    return /** @type {import('../chat/room.js').Room} */ (this.chat.current);
  }

  get heading() {
    return say('threads.thread');
  }

  get about() {
    return this.#talk?.room.name ?? '';
  }

  begun() {
    const room = this.#room;
    this.#talk = new Talk({ chat: this.chat, room, element: this, changed: () => this.drawSoon(), root: this.#thread.id });
    this.watch(this.#thread, room, this.chat.threads);
    this.#composer.show(this.chat, room, this.#thread);
    this.addEventListener('edit-last', (event) => {
      event.stopPropagation();
      this.#editLast();
    });
    this.addEventListener('quote', (event) => {
      event.stopPropagation();
      this.#composer.quote(/** @type {CustomEvent} */ (event).detail.text ?? '');
    });
    this.addEventListener('to-composer', (event) => {
      event.stopPropagation();
      this.#composer.focus();
    });
    this.addEventListener('sent', () => (this.#following = true));
    dropZone(this, { open: () => this.#composer.isConnected, drop: (files) => this.#composer.addFiles(files) });
    this.content.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    this.#load(() => this.#thread.load());
  }

  tools() {
    const { followed } = this.#thread;
    const label = say(followed ? 'threads.following' : 'threads.follow');
    if (this.#follow.textContent !== label) this.#follow.textContent = label;
    this.#follow.title = say(followed ? 'threads.unfollowHint' : 'threads.followHint');
    this.#follow.setAttribute('aria-pressed', String(followed));
    return this.#room.isMember ? [this.#follow] : [];
  }

  focus() {
    if (matchMedia('(hover: hover)').matches && this.#composer.isConnected) this.#composer.focus();
    else super.focus();
  }

  drawContent() {
    const [thread, talk] = [this.#thread, this.#talk];
    if (!talk) return;
    const { root } = thread;
    const messages = [...(root ? [root] : []), ...thread.replies].map((message) => talk.room.shown(message));
    const wanted = entries({ messages, outgoing: thread.outgoing, me: talk.me, line: thread.line, dayKey: (moment) => moments.dayKey(moment) });
    this.#rows.show(wanted.map((entry) => ({ key: entry.key, signature: signature(entry, talk), make: () => entryNode(entry, talk) })));
    this.#tools.settle();
    const log = this.kept('log', '', () => h('div', { role: 'log', 'aria-label': say('threads.replies') }, this.#list));
    const status = this.#problem ? 'problem' : !thread.known || (thread.loading && !thread.atEnd) ? 'loading' : '';
    fill(this.#end, status === '' ? null : this.kept('end', `${status} ${this.#problem}`, () => (status === 'problem' ? failure(this.#problem, () => this.#again()) : loading())));
    fill(this.content, log, this.#end);
    this.#drawFoot(talk);
    this.#settle();
  }

  /** @param {Talk} talk */
  #drawFoot(talk) {
    const { refusal } = talk.room.standing;
    const writes = talk.room.isMember && refusal === null;
    fill(this.foot, writes ? this.#composer : this.kept('closed', refusal?.message ?? '', () => h('p', { class: 'hint' }, icon('lock'), ' ', refusal?.message ?? '')));
  }

  /** Shows the reply that is wanted, or the end. */
  #settle() {
    const thread = this.#thread;
    if (thread.wanted !== null && thread.known) return this.#showWanted(thread.wanted);
    if (this.#following) this.content.scrollTop = this.content.scrollHeight;
    if (this.#following && thread.atEnd && !document.hidden) thread.read();
    if (this.#fresh && thread.known) {
      this.#fresh = false;
      /** @type {HTMLElement | null} */ (this.#list.querySelector('.new'))?.scrollIntoView({ block: 'center' });
    }
  }

  /** @param {string} id */
  #showWanted(id) {
    const thread = this.#thread;
    const node = [...this.#list.querySelectorAll('.message')].find((one) => /** @type {HTMLElement} */ (one).dataset.id === id);
    if (!node && !thread.atEnd) return void this.#load(() => thread.more());
    thread.wanted = null;
    if (!node) return;
    this.#following = false;
    node.scrollIntoView({ block: 'center' });
    node.classList.add('shines');
    this.chat.clock.after(SHINES_MS, () => node.classList.remove('shines'));
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.content;
    const below = scrollHeight - scrollTop - clientHeight;
    this.#following = this.#thread.atEnd && below < END_PX;
    if (this.#following) this.#thread.read();
    if (!this.#thread.atEnd && !this.#thread.loading && this.#thread.known && below < AHEAD_PX) this.#load(() => this.#thread.more());
  }

  #again() {
    this.#load(() => (this.#thread.known ? this.#thread.more() : this.#thread.load()));
  }

  async #toggleFollow() {
    await this.#load(() => this.#thread.follow(!this.#thread.followed));
  }

  #editLast() {
    const talk = this.#talk;
    const last = this.#thread.replies.findLast((message) => talk?.offers(message).edit);
    if (last) talk?.edit(last);
  }

  /** @param {() => Promise<void>} load */
  async #load(load) {
    this.#problem = '';
    try {
      await load();
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      this.#problem = error.message;
    }
    this.drawSoon();
  }
}

export async function register() {
  await needs('threads');
  customElements.define('moot-thread', ThreadPane);
}
