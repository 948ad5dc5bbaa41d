/**
 * What is open beside the room: its thread, or what somebody asked for (pins, mentions, threads, a search). A thread
 * lies over the rest: when it is closed, the rest is there again.
 *
 *     <moot-side></moot-side>
 *     side.define(definition);
 *     side.open({ tag: 'moot-pins', subject: room });
 */

import { fill } from './dom.js';
import { bring } from './later.js';
import { LiveElement } from './live_element.js';

/** @typedef {{tag: string, subject: unknown}} Wish */

export class Side extends LiveElement {
  /** @type {import('./hall.js').Definition | null} */
  #definition = null;
  /** @type {Wish | null} */
  #wish = null;
  /** @type {{tag: string, subject: unknown, pane: import('./pane.js').Pane} | null} */
  #shown = null;
  /** Who had the focus when it was opened. @type {Element | null} */
  #from = null;
  /** Panes that were opened before, so that a search is there again when a thread over it is closed. @type {Map<string, import('./pane.js').Pane>} */
  #panes = new Map();

  /** @param {import('./hall.js').Definition} definition */
  define(definition) {
    this.#definition = definition;
    this.watch(definition.chat);
  }

  connectedCallback() {
    super.connectedCallback();
    this.setAttribute('role', 'complementary');
    this.addEventListener('close-side', () => this.close());
  }

  /** @param {Wish} wish The same once more closes it. */
  open(wish) {
    const current = this.#definition?.chat.current;
    const same = this.#shown?.tag === wish.tag && this.#shown.subject === wish.subject;
    if (same && !current?.openThread) return this.close();
    current?.closeThread();
    this.#wish = wish;
    this.drawSoon();
  }

  /** Closes all that is open. */
  closeAll() {
    this.#wish = null;
    this.#definition?.chat.current?.closeThread();
    this.drawSoon();
  }

  close() {
    const room = this.#definition?.chat.current;
    if (room?.openThread) room.closeThread();
    else this.#wish = null;
    this.drawSoon();
  }

  draw() {
    const wanted = this.#wanted();
    if (wanted === null) return this.#hide();
    if (this.#shown?.tag === wanted.tag && this.#shown.subject === wanted.subject) return;
    this.#show(wanted);
  }

  /** @returns {Wish | null} */
  #wanted() {
    const room = this.#definition?.chat.current;
    if (room?.openThread && room.isMember) return { tag: 'moot-thread', subject: room.openThread };
    // Pins are the room's: in another room they are others.
    if (this.#wish?.tag === 'moot-pins') return room?.isMember ? { tag: 'moot-pins', subject: room } : null;
    return this.#wish;
  }

  /** @param {Wish} wish */
  async #show({ tag, subject }) {
    if (!this.#shown) this.#from = document.activeElement;
    const before = this.#shown;
    const known = this.#panes.get(tag);
    const pane = known && known.subject === subject ? known : /** @type {import('./pane.js').Pane} */ (document.createElement(tag));
    this.#shown = { tag, subject, pane };
    if (!(await this.#brought(tag)) || this.#shown?.pane !== pane) return;
    customElements.upgrade(pane);
    if (pane !== known) pane.begin(/** @type {import('./hall.js').Definition} */ (this.#definition), subject);
    this.#panes.set(tag, pane);
    this.hidden = false;
    this.setAttribute('aria-label', pane.heading);
    fill(this, pane);
    pane.draw(); // now and not with the next frame: what is to have the focus must be there
    // Another room's pins come by themselves, and take nobody away from where they write.
    if (before?.tag !== tag || tag === 'moot-thread') pane.focus();
  }

  /** Without a network what was never here cannot be opened. @param {string} tag */
  async #brought(tag) {
    try {
      await bring(tag);
      return true;
    } catch {
      this.#shown = null;
      this.closeAll();
      return false;
    }
  }

  #hide() {
    if (this.hidden && this.#shown === null) return;
    const inside = this.contains(document.activeElement);
    this.#shown = null;
    this.#panes.clear();
    fill(this);
    this.hidden = true;
    if (inside && this.#from?.isConnected) /** @type {HTMLElement} */ (this.#from).focus();
    else if (inside) this.dispatchEvent(new CustomEvent('to-composer', { bubbles: true }));
  }
}

export function registerSide() {
  customElements.define('moot-side', Side);
}
