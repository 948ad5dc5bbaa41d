/**
 * A message's pictures, one at a time and as large as the page: the arrow keys go from one to the next, Escape closes.
 */

import { Problem } from '../chat/problem.js';
import { SessionEnded } from '../chat/session.js';
import { sizeInWords } from '../chat/sizes.js';
import { locale, say } from '../words/words.js';
import { save } from './attachments.js';
import { Dialog } from './dialog.js';
import { h, icon } from './dom.js';
import { picture } from './picture.js';

class Viewer extends Dialog {
  #stage = h('div', { class: 'stage' });
  #caption = h('p', { class: 'caption', role: 'status' });
  #previous = this.#button('back', say('files.previous'), () => this.#step(-1));
  #next = this.#button('next', say('files.next'), () => this.#step(1));
  #save = h('button', { class: 'small', onclick: () => this.#download() }, icon('download'), say('files.save'));
  #index = 0;

  get heading() {
    return say('files.viewer');
  }

  get #files() {
    return /** @type {import('../chat/contract.js').FileInfo[]} */ (this.subject.files);
  }

  body() {
    this.#index = this.subject.index;
    this.classList.add('viewer');
    this.addEventListener('keydown', (event) => this.#key(event));
    this.#draw();
    return [h('div', { class: 'viewer-body' }, this.#previous, this.#stage, this.#next), h('div', { class: 'viewer-foot' }, this.#caption, this.#save)];
  }

  #draw() {
    const file = this.#files[this.#index];
    const many = this.#files.length > 1;
    this.#previous.hidden = this.#next.hidden = !many;
    this.#stage.replaceChildren(picture(this.chat.pictures, file, 'content'));
    const place = many ? `${say('files.place', { at: this.#index + 1, count: this.#files.length })} · ` : '';
    this.#caption.replaceChildren(place, h('bdi', {}, file.name), ` · ${sizeInWords(file.size, locale())}`);
  }

  /** @param {number} step */
  #step(step) {
    this.#index = (this.#index + step + this.#files.length) % this.#files.length;
    this.#draw();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined || this.#files.length < 2) return;
    event.preventDefault();
    this.#step(step);
  }

  async #download() {
    const file = this.#files[this.#index];
    try {
      save(await this.chat.api.file(file.id), file.name);
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      this.#caption.textContent = error.message;
    }
  }

  /**
   * @param {Parameters<typeof icon>[0]} sign
   * @param {string} label
   * @param {() => void} onclick
   */
  #button(sign, label, onclick) {
    return h('button', { class: 'icon-button', 'aria-label': label, title: label, onclick }, icon(sign));
  }
}

export async function register() {
  customElements.define('moot-viewer', Viewer);
}
