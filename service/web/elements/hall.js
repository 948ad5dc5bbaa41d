/**
 * Where one is once signed in: the rooms, the open one, the people in it. It keeps the address, the title and the chat
 * in step: `#lobby` is the lobby.
 *
 *     <moot-hall></moot-hall>
 *     hall.define({ chat, signOut });
 */

import { h } from './dom.js';
import { bring } from './later.js';
import { LiveElement } from './live_element.js';

/** Room enough for the third column. The same number stands in `styles/hall.css`. */
const WIDE = '(min-width: 1100px)';

/**
 * @typedef {object} Definition
 * @property {import('../chat/chat.js').Chat} chat
 * @property {(everywhere: boolean) => Promise<void>} signOut
 */

export class Hall extends LiveElement {
  /** @type {Definition | null} */
  #definition = null;
  #rooms = /** @type {import('./rooms.js').Rooms} */ (document.createElement('moot-rooms'));
  #room = /** @type {import('./room.js').RoomPage} */ (document.createElement('moot-room'));
  #people = /** @type {import('./people.js').People} */ (document.createElement('moot-people'));
  #listening = new AbortController();
  /** Whether the address was ever brought in step. */
  #placed = false;

  /** @param {Definition} definition */
  define(definition) {
    this.#definition = definition;
    this.#rooms.chat = definition.chat;
    this.#room.chat = definition.chat;
    this.#people.chat = definition.chat;
    this.toggleAttribute('people', matchMedia(WIDE).matches);
    this.watch(definition.chat);
  }

  connectedCallback() {
    super.connectedCallback();
    this.replaceChildren(this.#rooms, this.#room, this.#people);
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    addEventListener('hashchange', () => this.#followAddress(), { signal });
    addEventListener('online', () => this.#chat.connection.wake(), { signal });
    addEventListener('offline', () => this.#chat.connection.wake(), { signal });
    addEventListener('keydown', (event) => this.#shortcut(event), { signal });
    document.addEventListener('visibilitychange', () => this.#chat.setVisible(!document.hidden), { signal });
    this.addEventListener('open-dialog', (event) => this.#openDialog(/** @type {CustomEvent} */ (event).detail), { signal });
    this.addEventListener('toggle-people', () => this.toggleAttribute('people'), { signal });
    this.#chat.setVisible(!document.hidden);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#listening.abort();
  }

  draw() {
    const { current, unread } = this.#chat;
    const name = current ? `${current.info.name} · Folkmoot` : 'Folkmoot';
    document.title = unread > 0 ? `(${unread}) ${name}` : name;
    this.setAttribute('pane', current ? 'room' : 'rooms');
    this.toggleAttribute('alone', !current?.isMember);
    this.#address(current ? `#${current.slug}` : '');
  }

  /**
   * A room that one goes to is a step that one can take back; where the page itself moves on, it is not.
   * @param {string} address
   */
  #address(address) {
    const gone = location.hash !== '' && !this.#chat.rooms.has(location.hash.slice(1));
    const step = this.#placed && !gone && address !== '';
    this.#placed = true;
    if (location.hash === address) return;
    if (step) location.hash = address;
    else history.replaceState(null, '', address || '/');
  }

  get #chat() {
    if (this.#definition === null) throw new Error('define() comes first');
    return this.#definition.chat;
  }

  #followAddress() {
    const slug = location.hash.slice(1);
    if (slug === '') this.#chat.close();
    else if (slug !== this.#chat.current?.slug) this.#chat.open(slug);
    this.drawSoon();
  }

  /** @param {KeyboardEvent} event Alt and an arrow go through the rooms. */
  #shortcut(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!event.altKey || event.ctrlKey || event.metaKey || step === undefined) return;
    const rooms = this.#chat.list();
    const at = rooms.findIndex((room) => room === this.#chat.current);
    const next = rooms[(at + step + rooms.length) % rooms.length];
    event.preventDefault();
    if (next) location.hash = next.slug;
  }

  /** @param {string | {tag: string, subject: unknown}} wanted */
  async #openDialog(wanted) {
    const { tag, subject } = typeof wanted === 'string' ? { tag: wanted, subject: null } : wanted;
    await bring(tag);
    const dialog = /** @type {import('./dialog.js').Dialog} */ (document.createElement(tag));
    dialog.open(/** @type {Definition} */ (this.#definition), subject);
    this.append(dialog);
  }
}

export function registerHall() {
  customElements.define('moot-hall', Hall);
}
