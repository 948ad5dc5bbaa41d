/**
 * All emoji, to choose one of them: those that one used last, then by group, or by what one types. The field keeps the
 * focus; arrow keys go through what is found (the combobox pattern of the ARIA practices, with a grid).
 *
 *     pickEmoji({ chat, at: button, picked: (emoji) => … });
 */

import { say } from '../words/words.js';
import { h } from './dom.js';
import { loadEmoji } from './emoji_source.js';
import { openPopover } from './popover.js';

/** As many as stand in a line; the same number stands in `styles/messages.css`. */
const COLUMNS = 8;

/** @type {Record<string, import('../words/words.js').Key>} */
const TITLES = {
  faces: 'message.emoji.faces',
  people: 'message.emoji.people',
  hearts: 'message.emoji.hearts',
  nature: 'message.emoji.nature',
  food: 'message.emoji.food',
  things: 'message.emoji.things',
  signs: 'message.emoji.signs',
};

/**
 * @param {object} wish
 * @param {import('../chat/chat.js').Chat} wish.chat
 * @param {Element} wish.at
 * @param {(emoji: string) => void} wish.picked
 */
export async function pickEmoji({ chat, at, picked }) {
  const table = await loadEmoji();
  const picker = new Picker(table, chat.emoji.list(), (emoji) => {
    close();
    picked(emoji);
  });
  const close = openPopover(picker.node, { at, within: at });
  picker.input.focus();
}

class Picker {
  #table;
  #recent;
  #pick;
  /** @type {HTMLElement[]} */
  #options = [];
  #active = 0;
  input = h('input', { type: 'search', role: 'combobox', 'aria-controls': 'emoji-found', 'aria-expanded': 'true', 'aria-autocomplete': 'list', placeholder: say('message.emoji.find'), 'aria-label': say('message.emoji.find'), autocomplete: 'off' });
  #found = h('div', { role: 'listbox', id: 'emoji-found', class: 'found', 'aria-label': say('message.emoji.all') });
  #name = h('p', { class: 'emoji-name', 'aria-hidden': 'true' });
  node = h('div', { class: 'emoji-picker' }, this.input, this.#found, this.#name);

  /**
   * @param {import('../chat/emoji.js').EmojiTable} table
   * @param {string[]} recent
   * @param {(emoji: string) => void} pick
   */
  constructor(table, recent, pick) {
    this.#table = table;
    this.#recent = recent;
    this.#pick = pick;
    this.input.addEventListener('input', () => this.#draw());
    this.input.addEventListener('keydown', (event) => this.#key(event));
    this.#draw();
  }

  #draw() {
    const wanted = this.input.value.trim().replaceAll(':', '');
    this.#options = [];
    const groups = wanted === '' ? this.#all() : [this.#group('', this.#table.search(wanted))];
    this.#found.replaceChildren(...groups);
    if (this.#options.length === 0) this.#found.replaceChildren(h('p', { class: 'hint', role: 'status' }, say('message.emoji.none')));
    this.#found.scrollTop = 0;
    this.#choose(0);
  }

  #all() {
    const recent = this.#recent.map((emoji) => this.#table.of(emoji) ?? { emoji, name: emoji, words: [] });
    const groups = this.#table.groups.map(({ key, emoji }) => this.#group(say(TITLES[key]), emoji));
    return [this.#group(say('message.emoji.recent'), recent), ...groups];
  }

  /**
   * @param {string} title
   * @param {import('../chat/emoji.js').Emoji[]} emoji
   */
  #group(title, emoji) {
    const options = emoji.map((one) => this.#option(one));
    const head = title !== '' && h('p', { class: 'group-title', 'aria-hidden': 'true' }, title);
    return h('div', { role: 'group', class: 'group', 'aria-label': title || say('message.emoji.all') }, head, h('div', { class: 'grid', role: 'presentation' }, ...options));
  }

  /** @param {import('../chat/emoji.js').Emoji} emoji */
  #option({ emoji, name }) {
    const index = this.#options.length;
    const option = h('div', { role: 'option', id: `emoji-${index}`, 'aria-label': spoken(name), 'aria-selected': 'false', title: `:${name}:`, onclick: () => this.#pick(emoji), onpointermove: () => this.#choose(index) }, emoji);
    option.dataset.emoji = emoji;
    this.#options.push(option);
    return option;
  }

  /** @param {number} index */
  #choose(index) {
    this.#options[this.#active]?.setAttribute('aria-selected', 'false');
    this.#active = Math.max(0, Math.min(index, this.#options.length - 1));
    const option = this.#options[this.#active];
    this.input.removeAttribute('aria-activedescendant');
    this.#name.textContent = option?.title ?? '';
    if (!option) return;
    option.setAttribute('aria-selected', 'true');
    this.input.setAttribute('aria-activedescendant', option.id);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
    const emoji = this.#options[this.#active]?.dataset.emoji;
    if (event.key === 'Enter' && emoji && !event.isComposing) this.#pick(emoji);
    else if (step !== undefined && this.input.value !== '' && Math.abs(step) === 1 && !this.#atEnd(step)) return;
    else if (step !== undefined) this.#go(step);
    else return;
    event.preventDefault();
  }

  /** Whether the caret cannot go further in the field: then the arrow means the emoji. @param {number} step */
  #atEnd(step) {
    return this.input.selectionStart === (step > 0 ? this.input.value.length : 0);
  }

  /** @param {number} step */
  #go(step) {
    this.#choose(this.#active + step);
    this.#options[this.#active]?.scrollIntoView({ block: 'nearest' });
  }
}

/** @param {string} name */
function spoken(name) {
  return name.replaceAll('_', ' ');
}
