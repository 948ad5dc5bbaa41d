/**
 * What can be done with a message where one points at it or stands by keyboard: the list of messages is one stop of the
 * Tab key, arrow keys lead from message to message, the one that one is at shows its tools, and Enter, the menu key or
 * a long press opens all that can be done with it.
 *
 *     const tools = new MessageTools(list, () => talk);
 *     tools.settle(); // after each change of the list
 */

import { say } from '../words/words.js';
import { h } from './dom.js';
import { controls, messageOf } from './message.js';
import { quickReaction, tool } from './quick_reaction.js';

/** How long a finger rests on a message that is meant, and how far it may slip. */
const LONG_PRESS_MS = 450;
const SLIP_PX = 10;

/** How many of the emoji that one uses most are at hand. */
const AT_HAND = 3;

export class MessageTools {
  #list;
  #talk;
  /** The stop of the Tab key. @type {HTMLElement | null} */
  #stop = null;
  /** Where the tools are. @type {HTMLElement | null} */
  #at = null;
  #bar = h('div', { class: 'tools', 'aria-live': 'off' });
  /** Whether a menu is open: until it closes, its message keeps its tools. */
  #held = false;
  #cancelPress = () => {};

  /**
   * @param {HTMLElement} list
   * @param {() => import('./talk.js').Talk | null} talk
   */
  constructor(list, talk) {
    this.#list = list;
    this.#talk = talk;
    list.addEventListener('keydown', (event) => this.#key(event));
    list.addEventListener('focusin', (event) => this.#focused(rowOf(event.target)));
    list.addEventListener('focusout', (event) => !list.contains(/** @type {Node | null} */ (event.relatedTarget)) && this.#show(null));
    list.addEventListener('pointerover', (event) => event.pointerType === 'mouse' && this.#show(rowOf(event.target)));
    list.addEventListener('pointerleave', (event) => event.pointerType === 'mouse' && this.#show(rowOf(document.activeElement)));
    list.addEventListener('pointerdown', (event) => this.#pressed(event));
    list.addEventListener('contextmenu', (event) => this.#contextMenu(event));
  }

  /** Whoever is at a message stays there, also in the node that took its place; otherwise Tab leads to the last one. */
  settle() {
    if (this.#at && !this.#at.isConnected) this.#show(this.#same(this.#at));
    if (this.#stop?.isConnected && this.#stop.contains(document.activeElement)) return;
    const rows = this.#rows();
    this.#moveTo(rows[rows.length - 1] ?? null);
  }

  /** @param {string} id To the message, if it is here. */
  focus(id) {
    const row = this.#rows().find((one) => one.dataset.id === id);
    row?.focus();
    return row !== undefined;
  }

  #rows() {
    return /** @type {HTMLElement[]} */ ([...this.#list.querySelectorAll(':scope > .message:not(.outgoing)')]);
  }

  /** @param {HTMLElement} row The node that shows the same message now. */
  #same(row) {
    return this.#rows().find((one) => one.dataset.id === row.dataset.id) ?? null;
  }

  /** @param {HTMLElement | null} row */
  #focused(row) {
    this.#moveTo(row);
    this.#show(row);
  }

  /** @param {HTMLElement | null} row */
  #moveTo(row) {
    if (row === null || row === this.#stop || row.classList.contains('outgoing')) return;
    if (this.#stop) {
      this.#stop.tabIndex = -1;
      for (const control of controls(this.#stop)) control.tabIndex = -1;
    }
    row.tabIndex = 0;
    for (const control of controls(row)) control.tabIndex = 0;
    this.#stop = row;
  }

  /** @param {HTMLElement | null} row */
  #show(row) {
    if (row === this.#at || this.#held) return;
    this.#at = row;
    const message = row && messageOf(row);
    const talk = this.#talk();
    if (!row || !message || !talk || row.classList.contains('editing')) return this.#bar.remove();
    this.#bar.replaceChildren(...this.#buttons(message, talk));
    row.append(this.#bar);
  }

  /**
   * @param {import('../chat/contract.js').Message} message
   * @param {import('./talk.js').Talk} talk
   */
  #buttons(message, talk) {
    const offers = talk.offers(message);
    const quick = offers.react ? talk.chat.emoji.list().slice(0, AT_HAND).map((emoji) => quickReaction(emoji, message, talk)) : [];
    const more = tool('more', say('message.more'), () => this.#menu(message, talk, more));
    const react = tool('smile', say('message.react'), () => talk.pickEmoji(message, react));
    const found = [
      ...quick,
      offers.react && react,
      offers.reply && tool('thread', say('message.reply'), () => talk.openThread(message)),
      offers.edit && tool('edit', say('message.edit'), () => talk.edit(message)),
      more,
    ];
    return found.filter((button) => button !== false);
  }

  /**
   * @param {import('../chat/contract.js').Message} message
   * @param {import('./talk.js').Talk} talk
   * @param {import('./popover.js').Place} at
   * @param {boolean} [held] Whether a finger still rests on the message.
   */
  async #menu(message, talk, at, held = false) {
    const row = this.#at;
    this.#held = true;
    const closed = () => {
      this.#held = false;
      if (row && !row.isConnected) this.settle();
    };
    const { openMessageMenu } = await import('./message_menu.js');
    openMessageMenu({ message, talk, at, within: this.#list, held, closed });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const row = rowOf(event.target);
    const message = row && messageOf(row);
    const talk = this.#talk();
    if (!row || !message || !talk || isField(event.target) || event.altKey || event.ctrlKey || event.metaKey) return;
    const done = this.#move(event.key, row) || (event.target === row && this.#act(event, row, message, talk)) || this.#leave(event, row);
    if (!done) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * @param {string} key
   * @param {HTMLElement} row
   */
  #move(key, row) {
    if (!['ArrowUp', 'ArrowDown', 'Home', 'End'].includes(key)) return false;
    const rows = this.#rows();
    const at = rows.indexOf(row);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: rows.length - 1 }[key] ?? at;
    rows[to]?.focus();
    rows[to]?.scrollIntoView({ block: 'nearest' });
    return rows[to] !== undefined;
  }

  /**
   * @param {KeyboardEvent} event
   * @param {HTMLElement} row
   * @param {import('../chat/contract.js').Message} message
   * @param {import('./talk.js').Talk} talk
   */
  #act({ key, shiftKey }, row, message, talk) {
    const offers = talk.offers(message);
    if (key === 'Enter' || key === 'ContextMenu' || (key === 'F10' && shiftKey)) this.#menu(message, talk, row.querySelector('.tools') ?? row);
    else if (key === 'r' && offers.reply) talk.openThread(message);
    else if (key === 'e' && offers.edit) talk.edit(message);
    else if (key === 'u' && offers.unread) talk.markUnread(message);
    else if (key === '+' && offers.react) talk.pickEmoji(message, row.querySelector('.tools') ?? row);
    else if (key === 'Delete' && offers.delete) talk.delete(message.id);
    else return false;
    return true;
  }

  /**
   * Escape goes from a message's tools to the message, and from there to where one writes.
   * @param {KeyboardEvent} event
   * @param {HTMLElement} row
   */
  #leave({ key, target }, row) {
    if (key !== 'Escape') return false;
    if (target !== row) row.focus();
    else row.dispatchEvent(new CustomEvent('to-composer', { bubbles: true }));
    return true;
  }

  /** A finger that rests on a message. @param {PointerEvent} event */
  #pressed(event) {
    this.#cancelPress();
    const row = rowOf(event.target);
    if (event.pointerType === 'mouse' || !row || isField(event.target)) return;
    const [x, y] = [event.clientX, event.clientY];
    const timer = setTimeout(() => this.#longPress(row, { x, y }), LONG_PRESS_MS);
    const moved = (/** @type {PointerEvent} */ now) => Math.hypot(now.clientX - x, now.clientY - y) > SLIP_PX && this.#cancelPress();
    const ended = () => this.#cancelPress();
    const control = new AbortController();
    const { signal } = control;
    this.#list.addEventListener('pointermove', moved, { signal });
    for (const end of ['pointerup', 'pointercancel', 'scroll']) addEventListener(end, ended, { signal, capture: true });
    this.#cancelPress = () => {
      clearTimeout(timer);
      control.abort();
    };
  }

  /**
   * @param {HTMLElement} row
   * @param {{x: number, y: number}} at
   */
  #longPress(row, at) {
    this.#cancelPress();
    // The finger is lifted over what has opened beneath it, and must not press that.
    addEventListener('touchend', (event) => event.preventDefault(), { once: true, capture: true, passive: false });
    const message = messageOf(row);
    const talk = this.#talk();
    if (!message || !talk) return;
    this.#focused(row);
    this.#menu(message, talk, at, true);
  }

  /** A long press asks some browsers for their own menu, too; a mouse's right button is left to the browser. */
  #contextMenu(/** @type {MouseEvent} */ event) {
    const { pointerType } = /** @type {PointerEvent} */ (event);
    if (pointerType === 'touch' && rowOf(event.target)) event.preventDefault();
  }
}

/**
 * @param {EventTarget | null} target
 * @returns {HTMLElement | null}
 */
function rowOf(target) {
  return target instanceof Element ? target.closest('.message') : null;
}

/** @param {EventTarget | null} target */
function isField(target) {
  return target instanceof Element && target.closest('textarea, input, moot-writing') !== null;
}
