/**
 * The people of the open room: who is here now, and who else belongs to it. Of many, as many are drawn as somebody
 * scrolls to; a name finds the others.
 *
 *     <moot-people></moot-people>
 *     people.chat = chat;
 *
 * Sends `toggle-people` up when it is closed, `open-person` for whom somebody wants to know more about, and
 * `open-dialog` for who is to be acted on.
 */

import { moderates } from '../chat/authority.js';
import { Problem } from '../chat/problem.js';
import { roleInWords } from '../chat/roles.js';
import { SessionEnded } from '../chat/session.js';
import { locale, say } from '../words/words.js';
import { fill, h, icon } from './dom.js';
import { face } from './face.js';
import { KeyedList } from './keyed_list.js';
import { LiveElement } from './live_element.js';

/** How many rows are drawn at once, and before how many pixels of the end more of them. */
const CHUNK = 100;
const AHEAD_PX = 400;

/** With fewer people than these, looking is faster than searching. */
const SEARCHED_FROM = 12;

/** A mute that ends by itself tells nobody. */
const MUTES_LOOKED_AT_MS = 10_000;

/** @typedef {{username: string, name: string, role: string | null, muted: boolean, here: boolean}} Person */

export class People extends LiveElement {
  /** @type {import('../chat/chat.js').Chat | null} */
  #chat = null;
  /** @type {import('../chat/room.js').Room | null} whose members were asked for */
  #asked = null;
  #drawn = CHUNK;
  /** What the list was drawn from. */
  #shown = '';
  #count = h('small', {});
  #search = h('input', { type: 'search', placeholder: say('people.find'), 'aria-label': say('people.find'), oninput: () => this.#find() });
  #here = new Group('online');
  #rest = new Group('away');
  #none = h('p', { class: 'rest', role: 'status' }, say('people.none'));
  #lists = h('div', { class: 'lists', tabindex: '-1' }, this.#here.section, this.#rest.section, this.#none);

  /** @param {import('../chat/chat.js').Chat} chat */
  set chat(chat) {
    this.#chat = chat;
    this.watch(chat);
  }

  connectedCallback() {
    super.connectedCallback();
    this.setAttribute('role', 'complementary');
    this.setAttribute('aria-label', say('people.label'));
    const button = h('button', { class: 'icon-button', 'aria-label': say('page.close'), onclick: () => this.#send('toggle-people') }, icon('close'));
    this.#lists.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    fill(this, h('div', { class: 'bar' }, h('h2', {}, say('people.title'), ' ', this.#count), button), this.#search, this.#lists);
  }

  draw() {
    const [chat, room] = [this.#chat, this.#chat?.current];
    if (!chat || !room?.isMember) {
      this.#shown = '';
      return this.#show([], false, null);
    }
    this.#ask(room);
    // In a room of thousands much is said, and little of it is about who is there.
    const facts = [room.slug, room.state, room.members.revision, room.presence.revision, chat.names.revision];
    const view = [this.#search.value, this.#drawn, moderates(room.info), Math.floor(chat.clock.now() / MUTES_LOOKED_AT_MS)];
    const shown = [...facts, ...view].join(' ');
    if (shown === this.#shown) return;
    this.#shown = shown;
    // Without a connection nobody knows who is here.
    const known = room.state === 'joined';
    const here = new Set(known ? [...room.presence.online, this.#me] : []);
    const usernames = new Set([...here, ...room.members.list().map((member) => member.user)]);
    this.#count.textContent = String(usernames.size);
    this.#search.hidden = usernames.size < SEARCHED_FROM;
    this.#show([...usernames].map((username) => this.#person(username, here.has(username), room)), known, room);
  }

  get #me() {
    return this.#chat?.me.username ?? '';
  }

  /**
   * @param {Person[]} people
   * @param {boolean} known
   * @param {import('../chat/room.js').Room | null} room
   */
  #show(people, known, room) {
    const wanted = this.#search.hidden ? '' : this.#search.value.trim().toLocaleLowerCase();
    const found = people.filter(({ username, name }) => username.includes(wanted) || name.toLocaleLowerCase().includes(wanted));
    const { compare } = new Intl.Collator(locale());
    found.sort((a, b) => compare(a.name, b.name));
    const tools = room !== null && moderates(room.info);
    const make = (/** @type {Person} */ person) => this.#row(person, tools && person.username !== this.#me);
    const [here, rest] = [found.filter((person) => person.here), found.filter((person) => !person.here)];
    this.#here.show(say('people.here'), here.slice(0, this.#drawn), here.length, tools, make);
    this.#rest.show(known ? say('people.away') : say('people.members'), rest.slice(0, Math.max(0, this.#drawn - here.length)), rest.length, tools, make);
    this.#none.hidden = found.length > 0 || people.length === 0;
  }

  /**
   * @param {string} username
   * @param {boolean} here
   * @param {import('../chat/room.js').Room} room
   * @returns {Person}
   */
  #person(username, here, room) {
    const now = this.#chat?.clock.now() ?? 0;
    const name = this.#chat?.names.of(username) ?? username;
    return { username, name, here, role: room.members.of(username)?.role ?? null, muted: room.members.isMuted(username, now) };
  }

  /**
   * @param {Person} person
   * @param {boolean} tools
   */
  #row({ username, name, role, muted, here }, tools) {
    const title = role && role !== 'member' ? h('span', { class: 'badge' }, roleInWords(role)) : null;
    const label = h('span', { class: 'label', title: username }, h('bdi', {}, name));
    const open = h('button', { class: 'person', onclick: () => this.#send('open-person', { username, at: open }) }, face(username, name), here && h('span', { class: 'dot' }), label, muted && h('span', { class: 'badge caution' }, say('people.muted')), title);
    const room = this.#chat?.current?.slug;
    const act = () => this.#send('open-dialog', { tag: 'moot-act', subject: { user: username, room } });
    const moderate = say('people.moderate', { name });
    return h('li', {}, open, tools && h('button', { class: 'icon-button', 'aria-label': moderate, title: moderate, onclick: act }, icon('shield')));
  }

  #find() {
    this.#drawn = CHUNK;
    this.#lists.scrollTop = 0;
    this.drawSoon();
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.#lists;
    const all = this.#here.count + this.#rest.count;
    if (this.#drawn >= all || scrollHeight - scrollTop - clientHeight > AHEAD_PX) return;
    this.#drawn += CHUNK;
    this.drawSoon();
  }

  /**
   * Once for each room; its events keep the list current. Without it the list of who is here now still stands.
   * @param {import('../chat/room.js').Room} room
   */
  async #ask(room) {
    if (this.#asked === room || room.state !== 'joined' || room.members.known) return;
    this.#asked = room;
    this.#drawn = CHUNK;
    try {
      await room.members.load();
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      this.#asked = null;
    }
  }

  /**
   * @param {string} type
   * @param {unknown} [detail]
   */
  #send(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  }
}

/** People under a heading that says how many they are. */
class Group {
  #heading = h('h3', {});
  #list = h('ul', {});
  #rows = new KeyedList(this.#list);
  count = 0;

  /** @param {string} name */
  constructor(name) {
    this.section = h('section', { class: name, hidden: true }, this.#heading, this.#list);
  }

  /**
   * @param {string} title
   * @param {Person[]} people Those that are drawn.
   * @param {number} count How many there are.
   * @param {boolean} tools
   * @param {(person: Person) => HTMLElement} make
   */
  show(title, people, count, tools, make) {
    this.count = count;
    this.section.hidden = count === 0;
    this.#heading.textContent = say('people.group', { title, count });
    this.#rows.show(people.map((person) => ({ key: person.username, signature: `${tools} ${JSON.stringify(person)}`, make: () => make(person) })));
  }
}

export function registerPeople() {
  customElements.define('moot-people', People);
}
