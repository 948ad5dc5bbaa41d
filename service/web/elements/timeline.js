/**
 * What was said in a room. It stays at the end while one reads there, and stays put while one reads elsewhere; near
 * its ends it asks for more.
 *
 *     <moot-timeline></moot-timeline>
 *     timeline.show(chat, room);
 *
 * Sends up what `Talk` asks of the page.
 */

import { Problem } from '../chat/problem.js';
import { SessionEnded } from '../chat/session.js';
import { entries } from '../chat/timeline.js';
import { say, sayWith } from '../words/words.js';
import { fill, h, icon } from './dom.js';
import { KeyedList } from './keyed_list.js';
import { LiveElement } from './live_element.js';
import { moments } from './manner.js';
import { entryNode, signature } from './message.js';
import { MessageTools } from './message_tools.js';
import { Talk } from './talk.js';

/** From the end, within which one counts as reading at the end. */
const END_PX = 60;

/** From either end, within which more is asked for, so that it is there before the end is reached. */
const AHEAD_PX = 800;

export class Timeline extends LiveElement {
  /** @type {import('../chat/room.js').Room | null} */
  #room = null;
  /** @type {import('../chat/chat.js').Chat | null} */
  #chat = null;
  #fresh = true;
  #failed = false;
  /** The last message that was on the screen while one read at the end. */
  #seen = 0;
  #list = h('ol', { class: 'entries' });
  #entries = new KeyedList(this.#list);
  /** @type {Talk | null} */
  #talk = null;
  #tools = new MessageTools(this.#list, () => this.#talk);
  #top = h('div', { class: 'top' });
  #typing = h('p', { class: 'typing' });
  #log = h('div', { role: 'log', 'aria-label': say('timeline.label') }, this.#list);
  #scroller = h('div', { class: 'scroller', tabindex: '0' }, this.#top, this.#log);
  #jump = h('button', { class: 'jump', hidden: true, onclick: () => this.#toEnd() });
  #resized = new ResizeObserver(() => this.#settle());

  connectedCallback() {
    super.connectedCallback();
    this.#scroller.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    this.#resized.observe(this.#scroller);
    fill(this, this.#scroller, this.#jump, this.#typing);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#resized.disconnect();
  }

  /**
   * @param {import('../chat/chat.js').Chat} chat
   * @param {import('../chat/room.js').Room} room
   */
  show(chat, room) {
    this.#chat = chat;
    this.#room = room;
    this.#talk = new Talk({ chat, room, element: this, changed: () => this.drawSoon() });
    this.#fresh = true;
    this.#failed = false;
    this.#entries.clear();
    room.log.following = true;
    this.watch(room);
  }

  draw() {
    const [room, chat] = [this.#room, this.#chat];
    if (!room || !chat) return;
    this.#log.setAttribute('aria-busy', String(this.#fresh || room.history.loading));
    const anchor = room.log.following ? null : this.#anchor();
    this.#drawTop(room);
    this.#reconcile(room, chat);
    this.#drawTyping(room, chat);
    if (!room.loaded) return;
    if (this.#fresh) this.#begin();
    else if (room.log.following) this.#settle();
    else if (anchor) this.#restore(anchor);
    this.#drawJump(room);
    this.#askForMore();
  }

  /** @param {import('../chat/room.js').Room} room @param {import('../chat/chat.js').Chat} chat */
  #reconcile(room, chat) {
    const talk = this.#talk;
    if (!talk) return;
    const wanted = entries({
      messages: room.log.messages,
      outgoing: room.log.atEnd ? room.outbox.items.filter(({ root }) => root === undefined) : [],
      me: chat.me.username,
      line: room.reading.line,
      dayKey: (moment) => moments.dayKey(moment),
    });
    this.#entries.show(
      wanted.map((entry) => ({ key: entry.key, signature: signature(entry, talk), make: () => entryNode(entry, talk) })),
    );
    this.#tools.settle();
  }

  /** Begins to edit what one said last, as far as it is here. */
  editLast() {
    const [room, talk] = [this.#room, this.#talk];
    const last = room?.log.messages.findLast((message) => talk?.offers(message).edit);
    if (last) talk?.edit(last);
  }

  /** @param {import('../chat/room.js').Room} room */
  #drawTop(room) {
    const { loaded, log, outbox, info } = room;
    const paging = room.history.loading;
    const empty = log.messages.length === 0 && outbox.items.length === 0;
    const may = room.standing.refusal === null;
    const sign = [loaded, this.#failed, paging, log.atStart, empty, may, info.name].join(' ');
    fill(this.#top, this.kept('top', sign, () => {
      if (!loaded) return skeleton();
      if (this.#failed) return failure(() => this.#load('older'));
      if (!log.atStart) return h('p', { class: 'more' }, paging ? say('timeline.older') : '');
      return beginning(info, empty, may);
    }));
  }

  /** @param {import('../chat/room.js').Room} room @param {import('../chat/chat.js').Chat} chat */
  #drawTyping(room, chat) {
    const names = room.presence.typing.map((username) => chat.names.of(username));
    fill(this.#typing, this.kept('typing', names.join('\n'), () => typists(names)));
  }

  /** @param {import('../chat/room.js').Room} room */
  #drawJump(room) {
    const { following, atEnd, messages } = room.log;
    if (following && atEnd) this.#seen = messages.at(-1)?.seq ?? 0;
    const count = messages.filter((message) => message.seq > this.#seen).length;
    this.#jump.hidden = following && atEnd;
    if (this.#jump.hidden) return;
    const label = atEnd && count > 0 ? say('timeline.new', { count }) : say('timeline.latest');
    fill(this.#jump, this.kept('jump', label, () => h('span', {}, icon('down'), label)));
  }

  /** A room opens at what is new, or else at its end. */
  #begin() {
    this.#fresh = false;
    const { log, reading } = /** @type {import('../chat/room.js').Room} */ (this.#room);
    this.#seen = reading.line ?? log.messages.at(-1)?.seq ?? 0;
    const line = this.#list.querySelector('.new');
    if (line) line.scrollIntoView({ block: 'center' });
    else this.#settle();
    this.#scrolled();
  }

  /**
   * The first message that can be seen, and where: what comes in above it must not move it. By its key, as its node may
   * be made anew; and no line of a day, which belongs above whatever comes in.
   */
  #anchor() {
    const edge = this.#scroller.getBoundingClientRect().top;
    for (const [key, node] of this.#entries.nodes()) {
      const { top, bottom } = node.getBoundingClientRect();
      if (bottom > edge && node.classList.contains('message')) return { key, top };
    }
    return null;
  }

  /** @param {{key: string, top: number}} anchor */
  #restore({ key, top }) {
    const node = this.#entries.node(key);
    if (node) this.#scroller.scrollTop += node.getBoundingClientRect().top - top;
  }

  #settle() {
    if (this.#room?.log.following) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  #scrolled() {
    const room = this.#room;
    if (!room || this.#fresh) return;
    room.log.following = room.log.atEnd && this.#below < END_PX;
    this.#drawJump(room);
    this.#askForMore();
  }

  get #below() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight;
  }

  #askForMore() {
    const room = this.#room;
    if (!room || room.history.loading || this.#failed) return;
    if (!room.log.atStart && this.#scroller.scrollTop < AHEAD_PX) this.#load('older');
    else if (!room.log.atEnd && this.#below < AHEAD_PX) this.#load('newer');
  }

  async #toEnd() {
    const room = this.#room;
    if (!room) return;
    await this.#load('latest');
    room.log.following = true;
    this.drawSoon();
  }

  /** @param {'older' | 'newer' | 'latest'} where */
  async #load(where) {
    this.#failed = false;
    try {
      await this.#room?.history.show(where);
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      this.#failed = true;
      this.drawSoon();
    }
  }
}

/**
 * @param {import('../chat/contract.js').RoomInfo} info
 * @param {boolean} empty
 * @param {boolean} mayPost
 */
function beginning({ name, created_at: since }, empty, mayPost) {
  const quiet = mayPost ? say('timeline.emptyBegin') : say('timeline.empty');
  const line = empty ? quiet : say('timeline.began', { day: moments.dayKey(since) });
  const title = h('h2', {}, ...sayWith('timeline.beginning', { room: h('bdi', {}, name) }));
  return h('div', { class: 'beginning' }, title, h('p', {}, line));
}

/** @param {string[]} names */
function typists(names) {
  const [first, second] = names.map((name) => h('bdi', {}, name));
  if (names.length === 0) return h('span', {});
  if (names.length === 1) return h('span', {}, ...sayWith('timeline.typing.one', { name: first }));
  return names.length === 2 ? h('span', {}, ...sayWith('timeline.typing.two', { first, second })) : h('span', {}, say('timeline.typing.many'));
}

/** @param {() => void} again */
function failure(again) {
  const button = h('button', { class: 'link', onclick: again }, say('common.again'));
  return h('p', { class: 'more', role: 'alert' }, say('timeline.olderFailed'), ' ', button);
}

/** Lines where the messages will be. */
function skeleton() {
  const lines = Array.from({ length: 6 }, () => h('div', { class: 'bone' }, h('span', {}), h('span', {}), h('span', {})));
  return h('div', { class: 'skeleton', role: 'status', 'aria-label': say('timeline.loading') }, ...lines);
}

export function registerTimeline() {
  customElements.define('moot-timeline', Timeline);
}
