/**
 * The whole page: a door for who is outside, the hall for who is in, and a face for when the server is away. When the
 * language changes, what is there is made anew.
 *
 *     <moot-app></moot-app>
 *     app.begin({ route, session, api, chatOf, lastKnown, preferences, tabs, edition });
 */

import { Problem } from '../chat/problem.js';
import { viewIn } from '../chat/route.js';
import { say, words } from '../words/words.js';
import { Away } from './away.js';
import { hideAttention } from './badge.js';
import { h } from './dom.js';

/** @type {Record<import('../chat/session.js').Session['endedBy'], import('../words/words.js').Key | null>} */
const ENDS = {
  person: null,
  server: 'connection.ended',
  tab: 'connection.endedElsewhere',
  other: 'connection.endedByOther',
};

/** No answer at all, or a proxy's for a server that is not there. */
const SERVER_AWAY = new Set([0, 502, 503, 504]);

/**
 * @typedef {object} Parts
 * @property {import('../chat/route.js').Route} route
 * @property {import('../chat/session.js').Session} session
 * @property {import('../chat/api.js').Api} api
 * @property {(me: import('../chat/contract.js').User) => import('../chat/chat.js').Chat} chatOf
 * @property {import('../chat/last_known.js').LastKnown} lastKnown
 * @property {import('../chat/preferences.js').Preferences} preferences
 * @property {import('../chat/tabs.js').Tabs} tabs
 * @property {import('../chat/edition.js').Edition} edition
 */

export class App extends HTMLElement {
  /** @type {Parts | null} */
  #parts = null;
  /** Stays when the server ends the session: who signs in again as the same person goes on with it. */
  /** @type {import('../chat/chat.js').Chat | null} */
  #chat = null;
  #away = new Away();
  /** Makes what is on the page anew, in another language. */
  #again = () => {};

  /** @param {Parts} parts */
  begin(parts) {
    this.#parts = parts;
    parts.session.addEventListener('change', () => this.#sessionChanged());
    parts.tabs.addEventListener('told', (event) => this.#told(/** @type {CustomEvent} */ (event).detail));
    words.addEventListener('change', () => this.#again());
    if (parts.route.page === 'chat') this.#restore();
    else this.#showDoor(parts.route.page);
  }

  async #restore() {
    const { session } = this.#known();
    hideAttention();
    this.#place(splash());
    await this.#away.until(
      () => session.restore().catch((error) => this.#goOnWithout(error)),
      (face) => this.#place(face),
    );
  }

  /**
   * The server is away, but one was here before: one sees one's rooms and what waits to be sent, and writes. The
   * connection tries again, and the session with it.
   * @param {unknown} error
   */
  async #goOnWithout(error) {
    const { session, chatOf, lastKnown, route } = this.#known();
    const last = lastKnown.read();
    if (!(error instanceof Problem) || !SERVER_AWAY.has(error.status) || last === null) throw error;
    session.presume(last.me.id);
    const chat = chatOf(last.me);
    this.#chat = chat;
    await chat.start(route.room, !this.#narrow, last.rooms);
    this.#showHall();
  }

  #sessionChanged() {
    const { session, tabs } = this.#known();
    if (session.state === 'signed-in') {
      tabs.tell({ type: 'signed-in', subject: session.subject });
      this.#enter();
    } else {
      this.#leave();
    }
  }

  /** @param {import('../chat/tabs.js').News} news */
  #told(news) {
    const { session } = this.#known();
    if (news.type === 'signed-out') session.signedOutElsewhere();
    // Who came by a link to sign up, or to choose a password, is about to do just that.
    else if (session.state === 'signed-in' || location.pathname === '/') session.signedInElsewhere(news.subject);
  }

  async #enter() {
    const { api, chatOf, route } = this.#known();
    const entered = await this.#away.until(
      async () => {
        const me = await api.me();
        if (this.#chat && this.#chat.me.id === me.id) return this.#chat.connection.start();
        this.#chat?.pause();
        this.#chat = null;
        const chat = chatOf(me);
        await chat.start(route.room, !this.#narrow && viewIn(location.hash) === '');
        this.#chat = chat;
      },
      (face) => this.#place(face),
    );
    if (!entered) return;
    if (location.pathname !== '/') history.replaceState(null, '', '/');
    this.#showHall();
  }

  #showHall() {
    const chat = this.#chat;
    if (!chat) return;
    const { preferences, tabs, edition } = this.#known();
    const hall = /** @type {import('./hall.js').Hall} */ (document.createElement('moot-hall'));
    hall.define({ chat, preferences, tabs, edition, signOut: (everywhere) => this.#signOut(everywhere) });
    const before = /** @type {import('./hall.js').Hall | null} */ (this.querySelector(':scope > moot-hall'));
    this.#again = () => this.#showHall();
    this.replaceChildren(hall);
    hall.takeOver(before);
  }

  #leave() {
    const { session, tabs, lastKnown } = this.#known();
    this.#away.stop();
    lastKnown.forget();
    this.#chat?.pause();
    tabs.look('');
    // Who is thrown out comes back to what they were writing; who left, or somebody else, does not.
    // What was kept in this browser waits for its owner, unless they signed out: then nothing is left.
    if (session.endedBy === 'person' || session.endedBy === 'tab') this.#chat?.forgetLocal();
    if (session.endedBy !== 'server') this.#chat = null;
    this.#showDoor('sign-in', ENDS[session.endedBy]);
  }

  /** @param {boolean} everywhere */
  async #signOut(everywhere) {
    const { api, session, tabs } = this.#known();
    if (everywhere) await api.endOtherSessions();
    const told = session.signOut();
    tabs.tell({ type: 'signed-out' });
    await told;
    if (location.hash) history.replaceState(null, '', '/');
  }

  /**
   * @param {import('./door.js').Page} page
   * @param {import('../words/words.js').Key | null} [notice]
   * @param {import('./door.js').Door | null} [before] The same in another language.
   */
  #showDoor(page, notice = null, before = null) {
    const { api, session, route, preferences } = this.#known();
    hideAttention();
    const door = /** @type {import('./door.js').Door} */ (document.createElement('moot-door'));
    door.define({ page, notice: notice ? say(notice) : '', secret: route.secret, api, session, preferences, saved: () => this.#saved() });
    this.#again = () => this.#showDoor(page, notice, door);
    this.replaceChildren(door);
    if (before) door.takeOver(before);
  }

  /** A new password is there: with it one signs in. */
  #saved() {
    history.replaceState(null, '', '/');
    this.#showDoor('sign-in', 'door.reset.saved');
  }

  /** @param {HTMLElement} face */
  #place(face) {
    this.#again = () => {};
    this.replaceChildren(face);
  }

  get #narrow() {
    return matchMedia('(max-width: 719px)').matches;
  }

  #known() {
    if (this.#parts === null) throw new Error('begin() comes first');
    return this.#parts;
  }
}

function splash() {
  return h('div', { class: 'splash', role: 'status' }, h('img', { src: '/web/icon.svg', alt: '' }), say('page.moment'));
}

export function registerApp() {
  customElements.define('moot-app', App);
}
