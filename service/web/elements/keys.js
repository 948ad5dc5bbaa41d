/**
 * Listens for the keys that do something wherever one is, and does it. What a dialog, a menu or a field has taken for
 * itself is left alone.
 *
 *     listenForKeys({ chat, open: (tag) => …, signal });
 */

import { actOf, beside } from '../chat/shortcuts.js';

/**
 * @typedef {object} Around
 * @property {import('../chat/chat.js').Chat} chat
 * @property {(tag: string) => void} open
 * @property {() => void} search
 * @property {AbortSignal} signal
 */

/** @param {Around} around */
export function listenForKeys(around) {
  addEventListener('keydown', (event) => press(event, around), { signal: around.signal });
}

/**
 * @param {KeyboardEvent} event
 * @param {Around} around
 */
function press(event, { chat, open, search }) {
  if (event.defaultPrevented || event.isComposing || document.querySelector('dialog[open], [popover]:popover-open')) return;
  const act = actOf(event, writes(event.target));
  if (act === null) return;
  event.preventDefault();
  if (act === 'switch') open('moot-switcher');
  else if (act === 'settings') open('moot-account');
  else if (act === 'help') open('moot-shortcuts');
  else if (act === 'search') search();
  else if (act === 'latest') toLatest(chat);
  else go(chat, act);
}

/**
 * @param {import('../chat/chat.js').Chat} chat
 * @param {'previous' | 'next' | 'previous-unread' | 'next-unread'} act
 */
function go(chat, act) {
  const room = beside(chat.list(), chat.current, act.startsWith('next') ? 1 : -1, act.endsWith('unread'));
  if (room) location.hash = room.slug;
}

/** From wherever one was reading, back to the end and to where one writes. @param {import('../chat/chat.js').Chat} chat */
function toLatest({ current }) {
  current?.goToEnd();
  toConversation();
}

/** To where one writes in the open room, or, where one may not, to its name. */
export function toConversation() {
  const place = document.querySelector('moot-room > moot-composer textarea') ?? document.querySelector('moot-room h1');
  /** @type {HTMLElement | null} */ (place)?.focus();
}

/** @param {EventTarget | null} target */
function writes(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('textarea, select, input:not([type="checkbox"], [type="radio"], [type="button"])'));
}
