/**
 * Where one is once signed in: the rooms, the open one, the people in it. It keeps the address, the title and the chat
 * in step: `#lobby` is the lobby.
 *
 *     <moot-hall></moot-hall>
 *     hall.define({ chat, preferences, tabs, edition, signOut });
 */

import { attention } from '../chat/attention.js';
import { quietly } from '../chat/quietly.js';
import { placeIn, viewIn } from '../chat/route.js';
import { say } from '../words/words.js';
import { Authority } from './authority.js';
import { showAttention } from './badge.js';
import { h } from './dom.js';
import { listenForKeys, toConversation } from './keys.js';
import { bring } from './later.js';
import { LiveElement } from './live_element.js';

/** Room enough for the third column. The same number stands in `styles/hall.css`. */
const WIDE = '(min-width: 1100px)';

/** One thing at a time, as there. */
const NARROW = '(max-width: 719px)';

/**
 * @typedef {object} Definition
 * @property {import('../chat/chat.js').Chat} chat
 * @property {import('../chat/preferences.js').Preferences} preferences
 * @property {import('../chat/tabs.js').Tabs} tabs
 * @property {import('../chat/edition.js').Edition} edition
 * @property {(everywhere: boolean) => Promise<void>} signOut
 */

export class Hall extends LiveElement {
  /** @type {Definition | null} */
  #definition = null;
  #rooms = /** @type {import('./rooms.js').Rooms} */ (document.createElement('moot-rooms'));
  #room = /** @type {import('./room.js').RoomPage} */ (document.createElement('moot-room'));
  #people = /** @type {import('./people.js').People} */ (document.createElement('moot-people'));
  #side = /** @type {import('./side.js').Side} */ (document.createElement('moot-side'));
  /** A page in the room's place, and notes about what was done: for who has authority. */
  #page = h('div', { class: 'beside', hidden: true });
  #notes = h('div');
  /** @type {Authority | null} */
  #authority = null;
  /** The address that this is in step with. */
  #followed = location.hash;
  /** What of the address leads to a page in the room's place. */
  #view = '';
  #listening = new AbortController();
  /** Whether the address was ever brought in step. */
  #placed = false;

  /** @param {Definition} definition */
  define(definition) {
    this.#definition = definition;
    this.#rooms.chat = definition.chat;
    this.#room.chat = definition.chat;
    this.#people.chat = definition.chat;
    this.#side.define(definition);
    this.#authority = new Authority(definition.chat, { duties: this.#rooms.duties, toasts: this.#notes, page: this.#page }, () => this.drawSoon());
    this.#view = viewIn(location.hash);
    this.toggleAttribute('people', matchMedia(WIDE).matches);
    this.watch(definition.chat);
  }

  connectedCallback() {
    super.connectedCallback();
    this.replaceChildren(skip(), this.#rooms, this.#room, this.#page, this.#people, this.#side, this.#notes);
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    addEventListener('hashchange', () => this.#followAddress(), { signal });
    addEventListener('online', () => this.#chat.connection.wake(), { signal });
    addEventListener('offline', () => this.#chat.connection.wake(), { signal });
    listenForKeys({ chat: this.#chat, open: (tag) => this.#openDialog(tag), search: () => this.#side.open({ tag: 'moot-search', subject: null }), signal });
    document.addEventListener('visibilitychange', () => this.#seen(), { signal });
    for (const type of ['focus', 'blur']) addEventListener(type, () => this.#chat.setFocused(document.hasFocus()), { signal });
    addEventListener('pagehide', () => this.#chat.drafts.keepNow(), { signal });
    this.addEventListener('open-dialog', (event) => this.#openDialog(/** @type {CustomEvent} */ (event).detail), { signal });
    this.addEventListener('open-side', (event) => this.#side.open(/** @type {CustomEvent} */ (event).detail), { signal });
    this.addEventListener('open-person', (event) => this.#openPerson(/** @type {CustomEvent} */ (event).detail), { signal });
    this.addEventListener('to-composer', () => this.#room.write(), { signal });
    this.addEventListener('toggle-people', () => this.#togglePeople(), { signal });
    this.#chat.setFocused(document.hasFocus());
    this.#seen();
    const { room, message } = placeIn(location.hash);
    if (message !== '') this.#goTo(room, message);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#listening.abort();
  }

  draw() {
    // Somebody went elsewhere a moment ago, and the event that says so is on its way: their step must not be undone.
    if (location.hash !== this.#followed) this.#follow();
    const { current, rooms, levels } = this.#chat;
    if (current) this.#view = '';
    const view = this.#view;
    const title = current ? this.#chat.roomName(current.slug) : (this.#authority?.titleOf(view) ?? '');
    showAttention(title, attention(rooms.values(), levels));
    this.#look();
    this.#room.hidden = view !== '';
    this.#page.hidden = view === '';
    this.#authority?.draw(view);
    const pane = current || view !== '' ? 'room' : 'rooms';
    this.setAttribute('pane', pane);
    // On a telephone the list of rooms is all there is, and so what the page is about.
    if (pane === 'rooms' && matchMedia(NARROW).matches) this.setAttribute('role', 'main');
    else this.removeAttribute('role');
    this.toggleAttribute('alone', !current?.isMember);
    this.#address(current ? `#${current.slug}` : view === '' ? '' : `#/${view}`);
  }

  /**
   * A room that one goes to is a step that one can take back; where the page itself moves on, it is not.
   * @param {string} address
   */
  #address(address) {
    const gone = location.hash !== '' && viewIn(location.hash) === '' && !this.#chat.rooms.has(location.hash.slice(1));
    const step = this.#placed && !gone && address !== '';
    this.#placed = true;
    if (location.hash === address) return;
    if (step) location.hash = address;
    else history.replaceState(null, '', address || '/');
    this.#followed = location.hash;
  }

  get #chat() {
    if (this.#definition === null) throw new Error('define() comes first');
    return this.#definition.chat;
  }

  #followAddress() {
    this.#follow();
    this.drawSoon();
  }

  #follow() {
    this.#followed = location.hash;
    const { room, message } = placeIn(location.hash);
    this.#view = viewIn(location.hash);
    if (message !== '') this.#goTo(room, message);
    else if (room === '') this.#chat.close();
    else if (room !== this.#chat.current?.slug) this.#chat.open(room);
  }

  /**
   * The address names the room again at once: the same link leads there a second time.
   * @param {string} room
   * @param {string} message
   */
  #goTo(room, message) {
    history.replaceState(null, '', `#${room}`);
    this.#followed = location.hash;
    quietly(this.#chat.goTo(room, message));
  }

  #seen() {
    this.#chat.setVisible(!document.hidden);
    this.#look();
  }

  /** What is on the screen here calls nobody, in no tab. */
  #look() {
    this.#definition?.tabs.look(document.hidden ? '' : (this.#chat.current?.slug ?? ''));
  }

  /**
   * Goes on for one in another language.
   * @param {Hall | null} before
   */
  takeOver(before) {
    if (before === null) return;
    this.toggleAttribute('people', before.hasAttribute('people'));
    // The language is chosen there.
    if (before.querySelector('moot-account')) this.#openDialog('moot-account');
  }

  /** What is open beside the room stands in the people's place. */
  #togglePeople() {
    this.toggleAttribute('people', this.#side.hidden ? undefined : true);
    this.#side.closeAll();
  }

  /** @param {{username: string, at: Element}} person */
  async #openPerson({ username, at }) {
    const { openPerson } = await import('./person_card.js');
    openPerson({ chat: this.#chat, username, at });
  }

  /**
   * @param {string | {tag: string, subject: unknown}} wanted
   * @returns {Promise<void>}
   */
  async #openDialog(wanted) {
    const { tag, subject } = typeof wanted === 'string' ? { tag: wanted, subject: null } : wanted;
    try {
      await bring(tag);
    } catch {
      return this.#openDialog({ tag: 'moot-missing', subject: () => this.#openDialog(wanted) });
    }
    const dialog = /** @type {import('./dialog.js').Dialog} */ (document.createElement(tag));
    dialog.open(/** @type {Definition} */ (this.#definition), subject);
    this.append(dialog);
  }
}

/** Past the list of rooms, for who goes by keyboard. */
function skip() {
  return h('button', { class: 'skip', onclick: toConversation }, say('room.skip'));
}

export function registerHall() {
  customElements.define('moot-hall', Hall);
}
