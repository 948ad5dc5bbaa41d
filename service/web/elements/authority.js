/**
 * What the hall has for who has authority: the way to their pages beside the rooms, what was done a moment ago, and a
 * page in the room's place where the address asks for one. All of it is loaded when it is needed.
 *
 *     const authority = new Authority(chat, place, () => this.drawSoon());
 *     authority.draw('reports');
 */

import { hasAuthority } from '../chat/authority.js';
import { say } from '../words/words.js';
import { fill, h } from './dom.js';
import { bring } from './later.js';

/** When to try again, where a part of the page could not be loaded. */
const AGAIN_MS = 5_000;

export class Authority {
  #chat;
  #place;
  #arrived;
  /** @type {import('./moderation/duties.js').Duties | null} */
  #duties = null;
  /** @type {import('./moderation/toasts.js').Toasts | null} */
  #toasts = null;
  /** @type {import('./moderation/desk.js').Desk | null} */
  #desk = null;
  #arriving = false;
  #view = '';

  /**
   * @param {import('../chat/chat.js').Chat} chat
   * @param {{duties: HTMLElement, toasts: HTMLElement, page: HTMLElement}} place Where each of them goes.
   * @param {() => void} arrived Called when all that was loaded is there.
   */
  constructor(chat, place, arrived) {
    this.#chat = chat;
    this.#place = place;
    this.#arrived = arrived;
  }

  /** What a page is called. @param {string} view */
  titleOf(view) {
    return this.#desk?.titleOf(view) ?? '';
  }

  /** @param {string} view What the address says behind `#/`; empty: it leads to a room. */
  draw(view) {
    this.#view = view;
    const holds = hasAuthority(this.#chat.me, this.#chat.rooms.values());
    this.#place.duties.hidden = !holds;
    if ((holds || view !== '') && this.#duties === null && !this.#arriving) this.#begin();
    // A page about a room belongs to that room.
    if (this.#duties) this.#duties.current = view !== '' && !view.startsWith('rooms/');
    if (this.#desk) this.#desk.view = view;
    else if (view !== '') fill(this.#place.page, this.#place.page.firstChild ?? h('p', { class: 'loading', role: 'status' }, say('page.loading')));
  }

  async #begin() {
    this.#arriving = true;
    try {
      await bring('moot-desk');
    } catch {
      // Without a network there is nothing to bring. Whoever waits for a page sees that it is still being loaded.
      this.#chat.clock.after(AGAIN_MS, () => {
        this.#arriving = false;
        this.draw(this.#view);
      });
      return;
    }
    this.#duties = /** @type {import('./moderation/duties.js').Duties} */ (document.createElement('moot-duties'));
    this.#toasts = /** @type {import('./moderation/toasts.js').Toasts} */ (document.createElement('moot-toasts'));
    this.#desk = /** @type {import('./moderation/desk.js').Desk} */ (document.createElement('moot-desk'));
    for (const part of [this.#duties, this.#toasts, this.#desk]) part.chat = this.#chat;
    fill(this.#place.duties, this.#duties);
    fill(this.#place.toasts, this.#toasts);
    fill(this.#place.page, this.#desk);
    this.#arrived();
  }
}
