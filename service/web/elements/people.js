/**
 * The people of the open room: who is here now, and who else belongs to it.
 *
 *     <moot-people></moot-people>
 *     people.chat = chat;
 *
 * Sends `toggle-people` up when it is closed.
 */

import { Problem } from '../chat/problem.js';
import { roleInWords } from '../chat/roles.js';
import { SessionEnded } from '../chat/session.js';
import { say } from '../words/words.js';
import { fill, h, icon } from './dom.js';
import { face } from './face.js';
import { KeyedList } from './keyed_list.js';
import { LiveElement } from './live_element.js';

/** A list that nobody reads to its end need not be built to its end. */
const SHOWN = 200;

export class People extends LiveElement {
  /** @type {import('../chat/chat.js').Chat | null} */
  #chat = null;
  /** @type {import('../chat/room.js').Room | null} whose members were asked for */
  #asked = null;
  #lists = h('div', { class: 'lists' });
  #groups = new KeyedList(this.#lists);

  /** @param {import('../chat/chat.js').Chat} chat */
  set chat(chat) {
    this.#chat = chat;
    this.watch(chat);
  }

  connectedCallback() {
    super.connectedCallback();
    this.setAttribute('role', 'complementary');
    this.setAttribute('aria-label', say('people.label'));
    const close = () => this.dispatchEvent(new CustomEvent('toggle-people', { bubbles: true }));
    const button = h('button', { class: 'icon-button', 'aria-label': say('common.close'), onclick: close }, icon('close'));
    fill(this, h('div', { class: 'bar' }, h('h2', {}, say('people.title')), button), this.#lists);
  }

  draw() {
    const room = this.#chat?.current;
    if (!room?.isMember) return this.#groups.clear();
    this.#ask(room);
    const belonging = room.members.list().map((member) => member.user);
    // Without a connection nobody knows who is here.
    const known = room.state === 'joined';
    const here = known ? [...new Set([...room.presence.online, this.#me])] : [];
    const rest = belonging.filter((username) => !here.includes(username));
    const groups = [this.#group(say('people.here'), here, true, room), this.#group(known ? say('people.away') : say('people.members'), rest, false, room)];
    this.#groups.show(groups.filter(({ count }) => count > 0));
  }

  get #me() {
    return this.#chat?.me.username ?? '';
  }

  /**
   * @param {string} title
   * @param {string[]} usernames
   * @param {boolean} online
   * @param {import('../chat/room.js').Room} room
   */
  #group(title, usernames, online, room) {
    const now = this.#chat?.clock.now() ?? 0;
    const people = usernames.map((username) => ({
      username,
      name: this.#name(username),
      role: room.members.of(username)?.role ?? null,
      muted: room.members.isMuted(username, now),
    }));
    people.sort((a, b) => a.name.localeCompare(b.name));
    const make = () => {
      const rows = people.slice(0, SHOWN).map((person) => row(person, online));
      if (people.length > SHOWN) rows.push(h('li', { class: 'rest' }, say('people.more', { count: people.length - SHOWN })));
      return h('section', { class: online ? 'online' : 'away' }, h('h3', {}, say('people.group', { title, count: people.length })), h('ul', {}, ...rows));
    };
    return { key: title, signature: JSON.stringify(people), count: people.length, make };
  }

  /** @param {string} username */
  #name(username) {
    return this.#chat?.names.of(username) ?? username;
  }

  /**
   * Once for each room; its events keep the list current. Without it the list of who is here now still stands.
   * @param {import('../chat/room.js').Room} room
   */
  async #ask(room) {
    if (this.#asked === room || room.state !== 'joined' || room.members.known) return;
    this.#asked = room;
    try {
      await room.members.load();
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      this.#asked = null;
    }
  }
}

/**
 * @param {{username: string, name: string, role: string | null, muted: boolean}} person
 * @param {boolean} online
 */
function row({ username, name, role, muted }, online) {
  const title = role && role !== 'member' ? h('span', { class: 'badge' }, roleInWords(role)) : null;
  const label = h('span', { class: 'label', title: username }, h('bdi', {}, name));
  return h('li', {}, face(username, name), online && h('span', { class: 'dot' }), label, muted && h('span', { class: 'badge' }, say('people.muted')), title);
}

export function registerPeople() {
  customElements.define('moot-people', People);
}
