/**
 * What was said in a room. It stays at the end while one reads there, and stays put while one reads elsewhere; near
 * its ends it asks for more.
 *
 *     <moot-timeline></moot-timeline>
 *     timeline.show(chat, room);
 */

import { Problem } from '../chat/problem.js';
import { SessionEnded } from '../chat/session.js';
import { entries } from '../chat/timeline.js';
import { fill, h, icon } from './dom.js';
import { LiveElement } from './live_element.js';
import { moments } from './manner.js';
import { entryNode, signature } from './message.js';

/** From the end, within which one counts as reading at the end. */
const END_PX = 60;

/** From either end, within which more is asked for, so that it is there before the end is reached. */
const AHEAD_PX = 800;

export class Timeline extends LiveElement {
  /** @type {import('../chat/room.js').Room | null} */
  #room = null;
  /** @type {import('../chat/chat.js').Chat | null} */
  #chat = null;
  /** @type {Map<string, {node: HTMLElement, signature: string}>} */
  #drawn = new Map();
  #fresh = true;
  #failed = false;
  /** The last message that was on the screen while one read at the end. */
  #seen = 0;
  #list = h('ol', { class: 'entries' });
  #top = h('div', { class: 'top' });
  #typing = h('p', { class: 'typing' });
  #scroller = h('div', { class: 'scroller', tabindex: '0' }, this.#top, this.#list);
  #jump = h('button', { class: 'jump', hidden: true, onclick: () => this.#toEnd() });
  #resized = new ResizeObserver(() => this.#settle());

  connectedCallback() {
    super.connectedCallback();
    this.#list.setAttribute('role', 'log');
    this.#list.setAttribute('aria-label', 'Messages');
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
    this.#fresh = true;
    this.#failed = false;
    this.#drawn.clear();
    this.#list.replaceChildren();
    room.log.following = true;
    this.watch(room);
  }

  draw() {
    const [room, chat] = [this.#room, this.#chat];
    if (!room || !chat) return;
    this.#list.setAttribute('aria-busy', String(this.#fresh || room.paging));
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
    const manner = {
      name: (/** @type {string} */ username) => chat.names.of(username),
      now: () => chat.clock.now(),
      me: chat.me.username,
      connected: room.state === 'joined',
      retry: (/** @type {string} */ nonce) => room.retry(nonce),
      discard: (/** @type {string} */ nonce) => room.discard(nonce),
    };
    const wanted = entries({
      messages: room.log.messages,
      outgoing: room.log.atEnd ? room.outbox.items : [],
      me: chat.me.username,
      firstUnread: room.firstUnread,
      dayKey: (moment) => moments.dayKey(moment),
    });
    const drawn = new Map();
    for (const entry of wanted) {
      const sign = signature(entry, manner);
      const old = this.#drawn.get(entry.key);
      drawn.set(entry.key, old?.signature === sign ? old : { node: entryNode(entry, manner), signature: sign });
    }
    this.#place([...drawn.values()].map(({ node }) => node));
    this.#drawn = drawn;
  }

  /** @param {HTMLElement[]} nodes In order; those that are there already stay where they are. */
  #place(nodes) {
    const kept = new Set(nodes);
    for (const node of [...this.#list.children]) if (!kept.has(/** @type {HTMLElement} */ (node))) node.remove();
    nodes.forEach((node, i) => {
      if (this.#list.children[i] !== node) this.#list.insertBefore(node, this.#list.children[i] ?? null);
    });
  }

  /** @param {import('../chat/room.js').Room} room */
  #drawTop(room) {
    if (!room.loaded) return fill(this.#top, skeleton());
    if (this.#failed) {
      const again = h('button', { class: 'link', onclick: () => this.#load('older') }, 'Try again');
      return fill(this.#top, h('p', { class: 'more', role: 'alert' }, 'Older messages could not be loaded. ', again));
    }
    if (!room.log.atStart) return fill(this.#top, h('p', { class: 'more' }, room.paging ? 'Loading older messages…' : ''));
    const { name, created_at: since } = room.info;
    const empty = room.log.messages.length === 0 && room.outbox.items.length === 0;
    const begin = room.info.you?.can.includes('post') ? ' You could begin.' : '';
    const line = empty ? `Nothing has been said here yet.${begin}` : `It began on ${moments.dayKey(since)}.`;
    fill(this.#top, h('div', { class: 'beginning' }, h('h2', {}, 'The beginning of ', h('bdi', {}, name)), h('p', {}, line)));
  }

  /** @param {import('../chat/room.js').Room} room @param {import('../chat/chat.js').Chat} chat */
  #drawTyping(room, chat) {
    const names = room.presence.typing.map((username) => chat.names.of(username));
    const shown = names.length > 2 ? 'Several people are typing…' : names.length === 2 ? `${names.join(' and ')} are typing…` : '';
    const text = names.length === 1 ? `${names[0]} is typing…` : shown;
    if (this.#typing.textContent !== text) this.#typing.textContent = text;
  }

  /** @param {import('../chat/room.js').Room} room */
  #drawJump(room) {
    const { following, atEnd, messages } = room.log;
    if (following && atEnd) this.#seen = messages.at(-1)?.seq ?? 0;
    const count = messages.filter((message) => message.seq > this.#seen).length;
    this.#jump.hidden = following && atEnd;
    if (this.#jump.hidden) return;
    fill(this.#jump, icon('down'), atEnd && count > 0 ? `${count} new` : 'Latest');
  }

  /** A room opens at what is new, or else at its end. */
  #begin() {
    this.#fresh = false;
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
    for (const [key, { node }] of this.#drawn) {
      const { top, bottom } = node.getBoundingClientRect();
      if (bottom > edge && node.classList.contains('message')) return { key, top };
    }
    return null;
  }

  /** @param {{key: string, top: number}} anchor */
  #restore({ key, top }) {
    const node = this.#drawn.get(key)?.node;
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
    if (!room || room.paging || this.#failed) return;
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
      await this.#room?.show(where);
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      this.#failed = true;
      this.drawSoon();
    }
  }
}

/** Lines where the messages will be. */
function skeleton() {
  const lines = Array.from({ length: 6 }, () => h('div', { class: 'bone' }, h('span', {}), h('span', {}), h('span', {})));
  return h('div', { class: 'skeleton', role: 'status', 'aria-label': 'Loading messages' }, ...lines);
}

export function registerTimeline() {
  customElements.define('moot-timeline', Timeline);
}
