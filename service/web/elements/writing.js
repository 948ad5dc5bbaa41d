/**
 * A field that one writes messages in: it grows with what is written, Enter ends it, Shift and Enter begins a new line,
 * and `@` and `:` are completed. The composer and the editing of a message are made of it.
 *
 *     <moot-writing></moot-writing>
 *     writing.define({ chat, room, label: 'Message Lobby', submit, typed });
 */

import { CHOICES_MAX, Completion } from '../chat/completion.js';
import { say } from '../words/words.js';
import { h } from './dom.js';
import { emojiTable, loadEmoji } from './emoji_source.js';
import { face } from './face.js';

/** The contract's limit, until `hello` tells the server's own. */
const DEFAULT_TEXT_LIMIT = 4_000;

let count = 0;

/**
 * @typedef {object} Definition
 * @property {import('../chat/chat.js').Chat} chat
 * @property {import('../chat/room.js').Room} room
 * @property {string} label
 * @property {string} [placeholder]
 * @property {string} [describedBy]
 * @property {() => void} submit
 * @property {() => void} [typed]
 * @property {() => void} [escape]
 * @property {() => void} [up] The arrow up in an empty field.
 * @property {(files: File[]) => void} [pasted]
 */

export class Writing extends HTMLElement {
  /** @type {Definition | null} */
  #definition = null;
  #id = `writing-${(count += 1)}`;
  #input = h('textarea', { rows: '1', enterkeyhint: 'send', 'aria-autocomplete': 'list' });
  #list = h('div', { role: 'listbox', class: 'popover completion', id: `${this.#id}-list`, 'aria-label': say('composer.suggestions'), hidden: true });
  #told = h('span', { class: 'unseen', role: 'status' });
  #completion = new Completion({
    people: () => this.#people(),
    everybody: () => this.#room.info.you?.can.includes('call') ?? false,
    emoji: (query) => emojiTable()?.search(query) ?? [],
  });

  #width = 0;
  /** In another width, what is written has another height. */
  #resized = new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width === this.#width) return;
    this.#width = contentRect.width;
    requestAnimationFrame(() => this.fit());
  });

  /** @param {Definition} definition */
  define(definition) {
    this.#definition = definition;
    const { label, placeholder, describedBy } = definition;
    this.#input.setAttribute('aria-label', label);
    this.#input.placeholder = placeholder ?? '';
    if (describedBy) this.#input.setAttribute('aria-describedby', describedBy);
    this.#completion.close();
    this.#drawList();
    this.fit();
  }

  connectedCallback() {
    this.#resized.observe(this);
    if (this.firstChild) return this.fit();
    this.#input.addEventListener('input', () => this.#typed());
    this.#input.addEventListener('keydown', (event) => this.#key(event));
    this.#input.addEventListener('click', () => this.#look());
    this.#input.addEventListener('blur', () => this.#close());
    this.#input.addEventListener('paste', (event) => this.#paste(event));
    this.append(this.#list, this.#input, this.#told);
    this.fit();
  }

  disconnectedCallback() {
    this.#resized.disconnect();
  }

  get value() {
    return this.#input.value;
  }

  set value(text) {
    this.#input.value = text;
    this.fit();
  }

  get input() {
    return this.#input;
  }

  /** How much more may be written, in code points, as the server counts. */
  get left() {
    const limit = this.#definition?.chat.connection.hello?.limits.text ?? DEFAULT_TEXT_LIMIT;
    return limit - [...this.value.trim()].length;
  }

  focusEnd() {
    this.#input.focus();
    this.#input.setSelectionRange(this.value.length, this.value.length);
  }

  /** Puts something where the caret is. @param {string} text */
  insert(text) {
    const { selectionStart, selectionEnd } = this.#input;
    this.#input.setRangeText(text, selectionStart, selectionEnd, 'end');
    this.#typed();
    this.#input.focus();
  }

  /** What was written, with emoji for their names. */
  async text() {
    if (/:[a-z0-9_+-]+:/u.test(this.value)) await loadEmoji().catch(() => {});
    return emojiTable()?.replace(this.value) ?? this.value;
  }

  /** The height of what is written. */
  fit() {
    this.#input.style.height = 'auto';
    this.#input.style.height = `${this.#input.scrollHeight}px`;
  }

  get #room() {
    return /** @type {Definition} */ (this.#definition).room;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    // While an input method composes, Enter ends the composition and not the message.
    if (event.isComposing) return;
    const done = this.#completion.open ? this.#choose(event) : this.#command(event);
    if (!done) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {KeyboardEvent} event In an open list. */
  #choose({ key, shiftKey }) {
    if (key === 'ArrowDown' || key === 'ArrowUp') this.#completion.move(key === 'ArrowDown' ? 1 : -1);
    else if ((key === 'Enter' && !shiftKey) || key === 'Tab') return this.#accept(this.#completion.active);
    else if (key === 'Escape') this.#completion.dismiss();
    else return false;
    this.#drawList();
    return true;
  }

  /** @param {KeyboardEvent} event */
  #command({ key, shiftKey }) {
    const { submit, escape, up } = /** @type {Definition} */ (this.#definition);
    if (key === 'Enter' && !shiftKey) submit();
    else if (key === 'Escape' && escape) escape();
    else if (key === 'ArrowUp' && up && this.value === '') up();
    else return false;
    return true;
  }

  #typed() {
    this.fit();
    this.#named();
    this.#definition?.typed?.();
    this.#look();
  }

  /** A name between two colons turns into its emoji when the second one is typed. */
  #named() {
    const { selectionStart: caret, value } = this.#input;
    const name = /(?<![\p{L}\p{N}:]):([a-z0-9_+-]{1,32}):$/u.exec(value.slice(0, caret))?.[1];
    if (name === undefined) return;
    const found = emojiTable()?.replace(`:${name}:`);
    if (!found || found === `:${name}:` || insideCode(value.slice(0, caret))) return;
    this.#input.setRangeText(found, caret - name.length - 2, caret, 'end');
  }

  #look() {
    const { selectionStart: caret, value } = this.#input;
    const word = value.slice(0, caret);
    if (word.includes(':') && !emojiTable()) loadEmoji().then(() => this.#look(), () => {});
    if (word.includes('@') && !this.#room.members.known) this.#askForMembers();
    if (this.#input.selectionEnd !== caret || insideCode(word)) this.#completion.close();
    else this.#completion.look(value, caret);
    this.#drawList();
  }

  /** Who belongs to the room is asked for when somebody wants to call one of them. */
  async #askForMembers() {
    const { room } = /** @type {Definition} */ (this.#definition);
    if (this.#asked.has(room)) return;
    this.#asked.add(room);
    await room.members.load().then(() => this.#look(), () => this.#asked.delete(room));
  }

  /** @type {WeakSet<object>} */
  #asked = new WeakSet();

  /** @returns {import('../chat/completion.js').Person[]} */
  #people() {
    const { chat, room } = /** @type {Definition} */ (this.#definition);
    const known = room.members.list().map(({ user }) => user);
    const all = new Set([...known, ...room.presence.online]);
    all.delete(chat.me.username);
    return [...all].map((username) => ({ username, name: chat.names.of(username), here: room.presence.online.has(username) }));
  }

  #close() {
    this.#completion.close();
    this.#drawList();
  }

  /** @param {number} index */
  #accept(index) {
    const { text, caret } = this.#completion.accept(index);
    this.#input.value = text;
    this.#input.setSelectionRange(caret, caret);
    this.fit();
    this.#definition?.typed?.();
    this.#drawList();
    return true;
  }

  #drawList() {
    const { open, items, active } = this.#completion;
    this.#list.hidden = !open;
    this.#list.replaceChildren(...items.map((choice, i) => this.#option(choice, i, i === active)));
    if (open) {
      this.#input.setAttribute('aria-controls', this.#list.id);
      this.#input.setAttribute('aria-activedescendant', `${this.#id}-${active}`);
    } else {
      this.#input.removeAttribute('aria-controls');
      this.#input.removeAttribute('aria-activedescendant');
    }
    const told = open ? say('composer.choices', { count: Math.min(items.length, CHOICES_MAX) }) : '';
    if (this.#told.textContent !== told) this.#told.textContent = told;
  }

  /**
   * @param {import('../chat/completion.js').Choice} choice
   * @param {number} index
   * @param {boolean} active
   */
  #option(choice, index, active) {
    const onpointerdown = (/** @type {Event} */ event) => {
      event.preventDefault(); // the focus stays where one writes
      this.#accept(index);
    };
    return h('div', { role: 'option', id: `${this.#id}-${index}`, 'aria-selected': String(active), onpointerdown }, ...shown(choice));
  }

  /** @param {ClipboardEvent} event */
  #paste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0 || !this.#definition?.pasted) return;
    event.preventDefault();
    this.#definition.pasted(files);
  }
}

/** @param {import('../chat/completion.js').Choice} choice */
function shown(choice) {
  if (choice.kind === 'emoji') return [h('span', { class: 'emoji' }, choice.value), h('span', {}, `:${choice.name}:`)];
  if (choice.kind === 'everybody') return [h('span', { class: 'call' }, `@${choice.value}`), h('small', {}, say(choice.value === 'room' ? 'composer.call.room' : 'composer.call.here'))];
  const square = face(choice.value, choice.name);
  square.classList.add('small');
  return [square, h('bdi', {}, choice.name), h('small', {}, choice.here ? say('composer.person.here', { username: choice.value }) : `@${choice.value}`)];
}

/** Whether the caret stands in code, where nobody is called. @param {string} before */
function insideCode(before) {
  const fences = before.split('```').length - 1;
  if (fences % 2 === 1) return true;
  const line = before.slice(before.lastIndexOf('\n') + 1);
  return line.split('`').length % 2 === 0;
}

export function registerWriting() {
  customElements.define('moot-writing', Writing);
}
