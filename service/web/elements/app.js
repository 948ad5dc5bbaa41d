/**
 * The whole page: a door for who is outside, the hall for who is in.
 *
 *     <moot-app></moot-app>
 *     app.begin({ route, session, api, chatOf });
 */

import { Problem } from '../chat/problem.js';
import { SessionEnded } from '../chat/session.js';
import { h } from './dom.js';

const NAME = 'Folkmoot';
const ENDED = 'This session was ended, here or on another device. Sign in to go on where you were.';

/**
 * @typedef {object} Parts
 * @property {import('../chat/route.js').Route} route
 * @property {import('../chat/session.js').Session} session
 * @property {import('../chat/api.js').Api} api
 * @property {(me: import('../chat/contract.js').User) => import('../chat/chat.js').Chat} chatOf
 */

export class App extends HTMLElement {
  /** @type {Parts | null} */
  #parts = null;
  /** Stays when the server ends the session: who signs in again as the same person goes on with it. */
  /** @type {import('../chat/chat.js').Chat | null} */
  #chat = null;

  /** @param {Parts} parts */
  begin(parts) {
    this.#parts = parts;
    parts.session.addEventListener('change', () => this.#sessionChanged());
    if (parts.route.page === 'chat') this.#restore();
    else this.#showDoor(parts.route.page);
  }

  async #restore() {
    const { session } = this.#known();
    document.title = NAME;
    this.replaceChildren(h('div', { class: 'splash', role: 'status' }, h('img', { src: '/web/icon.svg', alt: '' }), 'One moment…'));
    await this.#orRetry(() => session.restore());
  }

  #sessionChanged() {
    const { session } = this.#known();
    if (session.state === 'signed-in') this.#enter();
    else this.#leave();
  }

  async #enter() {
    const { api, chatOf, route } = this.#known();
    await this.#orRetry(async () => {
      const me = await api.me();
      if (this.#chat && this.#chat.me.id === me.id) {
        this.#chat.connection.start();
      } else {
        this.#chat?.pause();
        this.#chat = chatOf(me);
        await this.#chat.start(route.room, !this.#narrow);
      }
      const hall = /** @type {import('./hall.js').Hall} */ (document.createElement('moot-hall'));
      hall.define({ chat: this.#chat, signOut: (everywhere) => this.#signOut(everywhere) });
      if (location.pathname !== '/') history.replaceState(null, '', '/');
      this.replaceChildren(hall);
    });
  }

  #leave() {
    this.#chat?.pause();
    const { session } = this.#known();
    if (!session.endedByServer) this.#chat = null;
    this.#showDoor('sign-in', session.endedByServer ? ENDED : '');
  }

  /** @param {boolean} everywhere */
  async #signOut(everywhere) {
    const { api, session } = this.#known();
    if (everywhere) await api.endOtherSessions();
    await session.signOut();
    if (location.hash) history.replaceState(null, '', '/');
  }

  /**
   * @param {import('./door.js').Page} page
   * @param {string} [notice]
   */
  #showDoor(page, notice = '') {
    const { api, session, route } = this.#known();
    const door = /** @type {import('./door.js').Door} */ (document.createElement('moot-door'));
    door.define({ page, notice, secret: route.secret, api, session });
    this.replaceChildren(door);
  }

  /**
   * Without the server there is nothing to show but that, and a way to try again.
   * @param {() => Promise<void>} step
   */
  async #orRetry(step) {
    try {
      await step();
    } catch (error) {
      if (error instanceof SessionEnded) return; // the session's own change shows the door
      if (!(error instanceof Problem)) throw error;
      const again = h('button', { class: 'primary', onclick: () => this.#orRetry(step) }, 'Try again');
      this.replaceChildren(h('div', { class: 'splash', role: 'alert' }, h('p', {}, error.message), again));
    }
  }

  get #narrow() {
    return matchMedia('(max-width: 719px)').matches;
  }

  #known() {
    if (this.#parts === null) throw new Error('begin() comes first');
    return this.#parts;
  }
}

export function registerApp() {
  customElements.define('moot-app', App);
}
