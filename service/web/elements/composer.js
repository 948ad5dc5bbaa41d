/**
 * Where one writes to a room or into a thread. Enter sends, Shift and Enter begins a new line; what is half written
 * stays with its place, and so do the files that were brought.
 *
 *     <moot-composer></moot-composer>
 *     composer.show(chat, room);            // or composer.show(chat, room, thread)
 *
 * Sends `edit-last` up for the arrow up in an empty field, and `sent`.
 */

import { say } from '../words/words.js';
import { h, icon } from './dom.js';

/** How many characters before the limit the count appears. */
const COUNT_FROM = 300;

let count = 0;

/**
 * A room, or a thread in it.
 * @typedef {{draft: string, send: (text: string, more?: {files?: import('../chat/contract.js').FileInfo[]}) => void}} Place
 */

export class Composer extends HTMLElement {
  /** @type {import('../chat/room.js').Room | null} */
  #room = null;
  /** @type {import('../chat/chat.js').Chat | null} */
  #chat = null;
  /** @type {Place | null} */
  #place = null;
  /** The files that go with what is written; null where none were ever brought. @type {import('../chat/uploads.js').Uploads | null} */
  #uploads = null;
  /** @type {import('./upload_tray.js').UploadTray | null} */
  #tray = null;
  /** @type {typeof import('./attaching.js') | null} */
  #attaching = null;
  #changed = () => this.#drawFiles();
  #id = `composer-${(count += 1)}`;
  #writing = /** @type {import('./writing.js').Writing} */ (document.createElement('moot-writing'));
  #form = h('form');
  #note = h('p', { class: 'note', role: 'status' });
  #hint = h('p', { class: 'markdown-hint', 'aria-hidden': 'true' }, say('composer.hint'));
  #count = h('span', { class: 'left', id: `${this.#id}-count` });
  #send = h('button', { class: 'send', type: 'submit' }, icon('send'));
  #picker = h('input', { type: 'file', multiple: true, hidden: true, onchange: () => this.#picked() });
  #attach = h('button', { type: 'button', class: 'icon-button attach', onclick: () => this.#picker.click() }, icon('attach'));
  #emoji = h('button', { type: 'button', class: 'icon-button emoji-button', onclick: () => this.#pickEmoji() }, icon('smile'));

  connectedCallback() {
    if (this.firstChild) return this.#fit();
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#submit();
    };
    const line = h('div', { class: 'line' }, this.#attach, this.#writing, this.#count, this.#emoji, this.#send);
    this.#form.addEventListener('submit', submit);
    this.#form.append(line);
    this.append(this.#form, this.#note, this.#hint, this.#picker);
    this.#fit();
  }

  /**
   * @param {import('../chat/chat.js').Chat} chat
   * @param {import('../chat/room.js').Room} room
   * @param {Place} [place] A thread of the room.
   */
  show(chat, room, place = room) {
    this.#chat = chat;
    this.#room = room;
    this.#place = place;
    this.#useFiles();
    const label = place === room ? say('composer.placeholder', { room: room.name }) : say('composer.reply');
    this.#writing.define({
      chat,
      room,
      label,
      placeholder: label,
      describedBy: `${this.#id}-count`,
      submit: () => this.#submit(),
      typed: () => this.#typed(),
      up: () => this.dispatchEvent(new CustomEvent('edit-last', { bubbles: true })),
      pasted: (files) => this.addFiles(files),
    });
    this.#writing.value = place.draft;
    this.#label(this.#send, say('composer.send'));
    this.#label(this.#attach, say('composer.attach'));
    this.#label(this.#emoji, say('composer.emoji'));
    queueMicrotask(() => {
      this.#fit();
      // On a touch screen focus would raise the keyboard over what one came to read; and who goes through a list beside
      // the room goes on with it.
      const elsewhere = place === room && document.activeElement?.closest('moot-side');
      if (matchMedia('(hover: hover)').matches && !elsewhere) this.#writing.focusEnd();
    });
  }

  focus() {
    this.#writing.focusEnd();
  }

  /** @param {Iterable<File>} files As somebody brings them: chosen, dropped, or pasted. */
  async addFiles(files) {
    const place = this.#place;
    const brought = [...files]; // a list of the browser's is emptied when the turn is over
    this.#attaching ??= await import('./attaching.js');
    if (this.#place !== place || !place) return;
    this.#useFiles();
    this.#uploads?.add(brought);
    this.#writing.input.focus();
  }

  /** What somebody said, to be answered: as Markdown quotes it. @param {string} text */
  quote(text) {
    const lines = text.split('\n').map((line) => `> ${line}`);
    const before = this.#writing.value.trimEnd();
    this.#writing.value = `${before ? `${before}\n\n` : ''}${lines.join('\n')}\n\n`;
    this.#typed();
    this.#writing.focusEnd();
  }

  #typed() {
    const [place, room] = [this.#place, this.#room];
    if (!place || !room) return;
    place.draft = this.#writing.value;
    this.#fit();
    if (place.draft.trim() !== '') room.typing();
  }

  async #submit() {
    const place = this.#place;
    if (!place || !this.#ready) return this.#fit();
    const text = await this.#writing.text();
    // Emoji may have been on their way, and somebody may have gone on writing, or gone elsewhere.
    if (this.#place !== place || !this.#ready) return;
    const files = this.#uploads?.taken() ?? [];
    place.send(text, files.length > 0 ? { files } : {});
    place.draft = '';
    this.#writing.value = '';
    this.#drawFiles();
    this.#fit();
    this.#writing.input.focus();
    this.dispatchEvent(new CustomEvent('sent', { bubbles: true }));
  }

  /** Whether there is something to send, and nothing in its way. */
  get #ready() {
    const uploads = this.#uploads;
    const something = this.#writing.value.trim() !== '' || (uploads?.files.length ?? 0) > 0;
    return something && this.#writing.left >= 0 && !uploads?.busy && !uploads?.failed;
  }

  /** How much more may be written, and whether it can go. */
  #fit() {
    this.#writing.fit();
    const { left } = this.#writing;
    this.#count.textContent = left < COUNT_FROM ? String(left) : '';
    this.#count.classList.toggle('over', left < 0);
    this.#send.disabled = !this.#ready;
  }

  /** The files of the place that is shown now. */
  #useFiles() {
    const [chat, room, place] = [this.#chat, this.#room, this.#place];
    this.#uploads?.removeEventListener('change', this.#changed);
    this.#uploads = chat && room && place ? (this.#attaching?.uploadsOf(place, room.slug, chat) ?? null) : null;
    this.#uploads?.addEventListener('change', this.#changed);
    if (this.#attaching && !this.#tray) {
      this.#tray = new this.#attaching.UploadTray();
      this.#form.prepend(this.#tray.element);
    }
    this.#drawFiles();
  }

  #drawFiles() {
    const uploads = this.#uploads;
    if (!uploads) return;
    this.#tray?.show(uploads);
    const many = uploads.overflow === 'many' ? say('composer.tooMany', { count: uploads.most }) : '';
    const note = many || (uploads.busy ? say('composer.wait') : uploads.failed ? say('composer.failed') : '');
    if (this.#note.textContent !== note) this.#note.textContent = note;
    this.#fit();
  }

  #picked() {
    this.addFiles([...(this.#picker.files ?? [])]);
    this.#picker.value = ''; // the same file may be chosen again
  }

  async #pickEmoji() {
    const chat = this.#chat;
    if (!chat) return;
    const { pickEmoji } = await import('./emoji_picker.js');
    pickEmoji({
      chat,
      at: this.#emoji,
      picked: (emoji) => {
        chat.emoji.used(emoji);
        this.#writing.insert(emoji);
      },
    });
  }

  /**
   * @param {HTMLElement} button
   * @param {string} label
   */
  #label(button, label) {
    button.setAttribute('aria-label', label);
    button.title = label;
  }
}

export function registerComposer() {
  customElements.define('moot-composer', Composer);
}
