/**
 * A picture that a message carries. It is fetched when it comes near the screen; until then, and where that fails, its
 * place is kept.
 *
 *     picture(chat.pictures, file, 'thumbnail')
 */

import { Problem } from '../chat/problem.js';
import { SessionEnded } from '../chat/session.js';
import { h } from './dom.js';

/** How near it must be. */
const NEAR = '600px';

/** @typedef {import('../chat/contract.js').FileInfo} FileInfo */
/** @typedef {import('../chat/pictures.js').What} What */

class Picture extends HTMLElement {
  /** @type {{pictures: import('../chat/pictures.js').Pictures, file: FileInfo, what: What} | null} */
  #of = null;
  #taken = false;
  #near = new IntersectionObserver((entries) => entries.some(({ isIntersecting }) => isIntersecting) && this.#fetch(), { rootMargin: NEAR });

  /**
   * @param {import('../chat/pictures.js').Pictures} pictures
   * @param {FileInfo} file
   * @param {What} what
   */
  define(pictures, file, what) {
    this.#of = { pictures, file, what };
  }

  connectedCallback() {
    this.#near.observe(this);
  }

  disconnectedCallback() {
    this.#near.disconnect();
    if (this.#of && this.#taken) this.#of.pictures.release(this.#of.file.id, this.#of.what);
    this.#taken = false;
    this.replaceChildren();
  }

  async #fetch() {
    if (this.#of === null || this.#taken) return;
    this.#near.disconnect();
    this.#taken = true;
    const { pictures, file, what } = this.#of;
    try {
      const src = await pictures.take(file.id, what);
      if (this.#taken) this.replaceChildren(h('img', { src, alt: file.name, draggable: 'false' }));
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      this.#taken = false;
      this.classList.add('missing');
    }
  }
}

/**
 * @param {import('../chat/pictures.js').Pictures} pictures
 * @param {FileInfo} file
 * @param {What} what
 */
export function picture(pictures, file, what) {
  const element = /** @type {Picture} */ (document.createElement('moot-picture'));
  element.define(pictures, file, what);
  return element;
}

export function registerPicture() {
  customElements.define('moot-picture', Picture);
}
