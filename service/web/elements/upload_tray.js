/**
 * The files that go with the next message, above where one writes it: how far each is, what was refused, and a way to
 * take it back.
 *
 *     const tray = new UploadTray();
 *     tray.show(uploads); // after each change of them
 */

import { sizeInWords } from '../chat/sizes.js';
import { locale, say } from '../words/words.js';
import { h, icon } from './dom.js';
import { KeyedList } from './keyed_list.js';

export class UploadTray {
  #list = h('ul', { class: 'tray', 'aria-label': say('composer.files'), hidden: true });
  #rows = new KeyedList(this.#list);
  /** What shows a picture from memory, until its file is gone. @type {Map<Blob, string>} */
  #previews = new Map();

  get element() {
    return this.#list;
  }

  /** @param {import('../chat/uploads.js').Uploads} uploads */
  show(uploads) {
    this.#list.hidden = uploads.items.length === 0;
    this.#rows.show(uploads.items.map((item) => {
      const { key, state, refusal } = item;
      return { key: String(key), signature: `${state} ${refusal?.message}`, make: () => this.#row(item, uploads) };
    }));
    // How far it is changes many times a second: the row stays, and only its bar moves.
    for (const { key, state, progress } of uploads.items) {
      const bar = this.#rows.node(String(key))?.querySelector('progress');
      if (bar && state === 'sending') bar.value = progress;
    }
    this.#forget(uploads.items.map(({ blob }) => blob));
  }

  /**
   * @param {import('../chat/uploads.js').Upload} item
   * @param {import('../chat/uploads.js').Uploads} uploads
   */
  #row(item, uploads) {
    const { key, name, size, state, refusal, final, blob } = item;
    const note = refusal ? h('small', { class: 'refused', role: 'alert' }, refusal.message) : h('small', {}, sizeInWords(size, locale()));
    const label = h('span', { class: 'label' }, h('bdi', { class: 'name', title: name }, name), note);
    const bar = (state === 'sending' || state === 'waiting') && h('progress', { max: '1', '.value': item.progress, 'aria-label': name });
    const again = state === 'failed' && !final && button('send', say('composer.retryFile', { name }), () => uploads.retry(key));
    const remove = button('close', say('composer.removeFile', { name }), () => uploads.remove(key));
    return h('li', { class: state }, this.#preview(blob), label, bar, again, remove);
  }

  /** @param {Blob} blob */
  #preview(blob) {
    // An SVG can hold more than a picture: it is none here, and none on the server.
    if (!/^image\/(?:png|jpeg|gif|webp)$/u.test(blob.type)) return h('span', { class: 'sign' }, icon('file'));
    const src = this.#previews.get(blob) ?? URL.createObjectURL(blob);
    this.#previews.set(blob, src);
    // What only says that it is a picture is shown as any other file.
    const image = h('img', { src, alt: '', onerror: () => image.replaceWith(h('span', { class: 'sign' }, icon('file'))) });
    return image;
  }

  /** @param {Blob[]} kept */
  #forget(kept) {
    for (const [blob, address] of this.#previews) {
      if (kept.includes(blob)) continue;
      URL.revokeObjectURL(address);
      this.#previews.delete(blob);
    }
  }
}

/**
 * @param {Parameters<typeof icon>[0]} picture
 * @param {string} label
 * @param {() => void} onclick
 */
function button(picture, label, onclick) {
  return h('button', { type: 'button', class: 'icon-button', 'aria-label': label, title: label, onclick }, icon(picture));
}
