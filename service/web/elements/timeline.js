/**
 * What was said in a room. It stays at the end while one reads there, and stays put while one reads elsewhere; near
 * its ends it asks for more. Only a part of the room is drawn: `View` says which, and where somebody wants to look.
 *
 *     <moot-timeline></moot-timeline>
 *     timeline.show(chat, room);
 *
 * Sends up what `Talk` asks of the page.
 */

import { Problem } from '../chat/problem.js';
import { SessionEnded } from '../chat/session.js';
import { entries } from '../chat/timeline.js';
import { DRAWN_MOST } from '../chat/view.js';
import { language, say, sayWith } from '../words/words.js';
import { fill, h, icon } from './dom.js';
import { KeyedList } from './keyed_list.js';
import { LiveElement } from './live_element.js';
import { moments } from './manner.js';
import { entryNode, messageOf, signature } from './message.js';
import { MessageTools } from './message_tools.js';
import { Scroller } from './scroller.js';
import { Talk } from './talk.js';

/** From either end, within which more is asked for, so that it is there before the end is reached. */
const AHEAD_PX = 600;

/** The height of a message of one line, and how many are drawn beside those that one sees. */
const LINE_PX = 22;
const RESERVE = 140;

export class Timeline extends LiveElement {
  /** @type {import('../chat/room.js').Room | null} */
  #room = null;
  /** @type {import('../chat/chat.js').Chat | null} */
  #chat = null;
  /** Nothing of the room has been shown yet. */
  #fresh = true;
  /** What could not be loaded. @type {'older' | 'newer' | 'latest' | null} */
  #failed = null;
  /** The room's state when it was drawn last. */
  #state = '';
  #list = h('ol', { class: 'entries' });
  #entries = new KeyedList(this.#list);
  /** @type {Talk | null} */
  #talk = null;
  #tools = new MessageTools(this.#list, () => this.#talk);
  #top = h('div', { class: 'top' });
  #bottom = h('div', { class: 'bottom' });
  #typing = h('p', { class: 'typing' });
  #log = h('div', { role: 'log', 'aria-label': say('timeline.label') }, this.#list);
  #scroller = new Scroller(h('div', { class: 'scroller', tabindex: '0' }, this.#top, this.#log, this.#bottom), this.#entries);
  #missed = h('p', { class: 'missed', role: 'status' });
  #jump = h('button', { class: 'jump', hidden: true, onclick: () => this.#toEnd() });
  #resized = new ResizeObserver(() => this.#fit());
  #back = () => this.drawSoon();

  connectedCallback() {
    super.connectedCallback();
    this.#scroller.element.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    // The list, too: a picture that is there at last makes it longer.
    for (const element of [this.#scroller.element, this.#list]) this.#resized.observe(element);
    document.addEventListener('visibilitychange', this.#back);
    fill(this, this.#scroller.element, this.#missed, this.#jump, this.#typing);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#resized.disconnect();
    document.removeEventListener('visibilitychange', this.#back);
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
    this.#failed = null;
    this.#entries.clear();
    this.watch(room, chat.threads);
  }

  draw() {
    const [room, chat] = [this.#room, this.#chat];
    // In the background nobody reads: what came meanwhile is drawn once one is back.
    if (!room || !chat || document.hidden) return;
    const here = room.loaded && !(this.#fresh && room.place.finding);
    // What failed for want of a connection is worth another try once there is one.
    if (room.state !== this.#state && room.state === 'joined') this.#failed = null;
    this.#state = room.state;
    this.#tell(room);
    const anchor = room.log.following ? null : this.#scroller.anchor();
    this.#drawTop(room, here);
    this.#drawBottom(room);
    this.#drawTyping(room, chat);
    const missed = room.place.missed ? say('timeline.missed') : '';
    if (this.#missed.textContent !== missed) this.#missed.textContent = missed;
    // What one wrote without a connection is there before anything else is.
    if (!room.loaded && room.outbox.items.length > 0) this.#reconcile(room, chat);
    if (!here) return;
    this.#reconcile(room, chat);
    if (this.#fresh) this.drawSoon();
    this.#fresh = false;
    const { target } = room.view;
    room.view.target = null;
    if (target && target.to !== 'end') this.#look(target);
    else if (room.log.following) this.#settle();
    else if (anchor) this.#scroller.restore(anchor);
    this.#scrolled();
  }

  /** Begins to edit what one said last, as far as it is here. */
  editLast() {
    const [room, talk] = [this.#room, this.#talk];
    const last = room?.log.messages.findLast((message) => talk?.offers(message).edit);
    if (last) talk?.edit(last);
  }

  /**
   * What is said is read aloud; what comes back as one scrolls was said long ago.
   * @param {import('../chat/room.js').Room} room
   */
  #tell({ log, view, history, place }) {
    const told = { 'aria-busy': String(this.#fresh || history.loading || place.finding), 'aria-live': log.following && view.atEnd ? 'polite' : 'off' };
    for (const [name, value] of Object.entries(told)) if (this.#log.getAttribute(name) !== value) this.#log.setAttribute(name, value);
  }

  /** @param {import('../chat/room.js').Room} room @param {import('../chat/chat.js').Chat} chat */
  #reconcile(room, chat) {
    const talk = /** @type {Talk} */ (this.#talk);
    const wanted = entries({
      messages: room.view.messages.map((message) => room.shown(message)),
      outgoing: room.view.atEnd ? room.outbox.items.filter(({ root }) => root === undefined) : [],
      me: chat.me.username,
      line: room.reading.line,
      dayKey: (moment) => moments.dayKey(moment),
    });
    this.#entries.show(
      wanted.map((entry) => ({ key: entry.key, signature: signature(entry, talk), make: () => entryNode(entry, talk) })),
    );
    this.#tools.settle();
  }

  /** @param {import('../chat/room.js').Room} room @param {boolean} here */
  #drawTop({ view, log, outbox, info, name, standing, history }, here) {
    const empty = log.messages.length === 0 && outbox.items.length === 0;
    const may = standing.refusal === null;
    const failed = this.#failed === 'older';
    const sign = [here, failed, history.loading, view.atStart, empty, may, name, language()].join(' ');
    fill(this.#top, this.kept('top', sign, () => {
      if (!here) return skeleton();
      if (failed) return failure('timeline.olderFailed', () => this.#load('older'));
      if (!view.atStart) return h('p', { class: 'more' }, history.loading ? say('timeline.older') : '');
      return beginning({ ...info, name }, empty, may);
    }));
  }

  /** @param {import('../chat/room.js').Room} room */
  #drawBottom({ view, loaded, history }) {
    const failed = this.#failed === 'newer' || this.#failed === 'latest' ? this.#failed : null;
    const more = loaded && !view.atEnd;
    fill(this.#bottom, this.kept('bottom', [failed, more, history.loading, language()].join(' '), () => {
      if (failed) return failure('timeline.newerFailed', () => this.#load(failed));
      return h('p', { class: 'more', hidden: !more }, more && history.loading ? say('timeline.newer') : '');
    }));
  }

  /** @param {import('../chat/room.js').Room} room @param {import('../chat/chat.js').Chat} chat */
  #drawTyping(room, chat) {
    const names = room.presence.typing.map((username) => chat.names.of(username));
    fill(this.#typing, this.kept('typing', `${language()} ${names.join('\n')}`, () => typists(names)));
  }

  /** @param {import('../chat/room.js').Room} room */
  #drawJump({ log, view, unread }) {
    const there = log.following && view.atEnd;
    if (this.#jump.hidden !== there) this.#jump.hidden = there;
    if (there) return;
    const label = unread > 0 ? say('timeline.new', { count: unread }) : say('timeline.latest');
    fill(this.#jump, this.kept('jump', label, () => h('span', {}, icon('down'), label)));
  }

  /** @param {import('../chat/view.js').Target} target */
  #look(target) {
    const node = target.to === 'line' ? this.#list.querySelector('.new') : target.to === 'message' && this.#nodeOf(target.id);
    if (!node) return this.#settle();
    if (target.to === 'line') return this.#scroller.show(node, 1 / 4);
    this.#scroller.show(node, 1 / 3);
    /** @type {HTMLElement} */ (node).focus({ preventScroll: true });
    node.classList.add('shown');
    node.addEventListener('animationend', () => node.classList.remove('shown'), { once: true });
  }

  /** @param {string} id */
  #nodeOf(id) {
    for (const [, node] of this.#entries.nodes()) if (messageOf(node)?.id === id) return node;
    return null;
  }

  #fit() {
    if (this.#room) this.#room.view.most = Math.max(DRAWN_MOST, Math.ceil(this.#scroller.height / LINE_PX) + RESERVE);
    this.#settle();
  }

  #settle() {
    if (this.#room?.log.following) this.#scroller.toEnd();
  }

  #scrolled() {
    const room = this.#room;
    if (!room || this.#fresh) return;
    room.log.following = room.view.atEnd && this.#scroller.atEnd;
    this.#drawJump(room);
    this.#askForMore(room);
    this.#noteRead(room);
  }

  /**
   * What stands on the screen has been read; at the end, also what happened without being said.
   * @param {import('../chat/room.js').Room} room
   */
  #noteRead(room) {
    if (!room.reading.attends) return;
    if (room.log.following) return room.seen(room.log.seq);
    const last = this.#scroller.lastSeen();
    const seq = last && messageOf(last)?.seq;
    if (seq) room.seen(seq);
  }

  /** @param {import('../chat/room.js').Room} room */
  #askForMore({ view, log, history }) {
    if (this.#scroller.above < AHEAD_PX && !view.atStart) {
      if (view.older()) this.drawSoon();
      else if (!log.atStart && !history.loading && this.#failed === null) this.#load('older');
    } else if (this.#scroller.below < AHEAD_PX && !view.atEnd) {
      if (view.newer() || view.atEnd) this.drawSoon();
      else if (!log.atEnd && !history.loading && this.#failed === null) this.#load('newer');
    }
  }

  #toEnd() {
    this.#failed = null;
    this.#orSay('latest', this.#room?.goToEnd());
  }

  /** @param {'older' | 'newer' | 'latest'} where */
  #load(where) {
    this.#failed = null;
    this.#orSay(where, where === 'latest' ? this.#room?.goToEnd() : this.#room?.history.show(where));
  }

  /**
   * @param {'older' | 'newer' | 'latest'} where
   * @param {Promise<void> | undefined} loading
   */
  async #orSay(where, loading) {
    try {
      await loading;
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      this.#failed = where;
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

/**
 * @param {'timeline.olderFailed' | 'timeline.newerFailed'} what
 * @param {() => void} again
 */
function failure(what, again) {
  const button = h('button', { class: 'link', onclick: again }, say('page.again'));
  return h('p', { class: 'more', role: 'alert' }, say(what), ' ', button);
}

/** Lines where the messages will be. */
function skeleton() {
  const lines = Array.from({ length: 6 }, () => h('div', { class: 'bone' }, h('span', {}), h('span', {}), h('span', {})));
  return h('div', { class: 'skeleton', role: 'status', 'aria-label': say('timeline.loading') }, ...lines);
}

export function registerTimeline() {
  customElements.define('moot-timeline', Timeline);
}
