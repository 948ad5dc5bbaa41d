/**
 * A menu of what can be done, at a button or where somebody pointed: arrow keys, Home, End and first letters lead
 * through it (the menu pattern of the ARIA practices).
 *
 *     openMenu({ at: button, within: button, label: 'Message', items: [{ label: 'Edit', picture: 'edit', act: () => … }] });
 *
 * @typedef {object} MenuItem
 * @property {string} label
 * @property {Parameters<typeof icon>[0]} [picture]
 * @property {string} [keys] The key that does the same.
 * @property {boolean} [checked] Of several, one of which is so.
 * @property {boolean} [grave] Whether it takes something away.
 * @property {() => void} act
 */

import { h, icon } from './dom.js';
import { openPopover } from './popover.js';

/**
 * @param {object} menu
 * @param {import('./popover.js').Place} menu.at
 * @param {Element} menu.within
 * @param {string} menu.label
 * @param {(MenuItem | null)[]} menu.items Null draws a line.
 * @param {HTMLElement} [menu.head] What stands above them, such as the emoji that one uses most.
 * @param {boolean} [menu.held] Whether a finger still rests where it was asked for.
 * @param {() => void} [menu.closed]
 * @returns {() => void} What closes it.
 */
export function openMenu({ at, within, label, items, head, held, closed }) {
  let close = () => {};
  const rows = items.map((item) => (item ? row(item, () => close()) : h('hr')));
  const list = h('div', { role: 'menu', 'aria-label': label }, ...rows);
  const node = h('div', { class: 'menu' }, head, list);
  node.addEventListener('keydown', (event) => key(event, node));
  head?.addEventListener('click', () => close());
  close = openPopover(node, { at, within, held, closed });
  entries(node).find((one) => one.closest('[role=menu]') !== null)?.focus();
  return close;
}

/**
 * @param {MenuItem} item
 * @param {() => void} close
 */
function row({ label, picture, keys, checked, grave, act }, close) {
  const onclick = () => {
    close(); // first: it brings the focus back, and the act may take it elsewhere
    act();
  };
  const shortcut = keys && h('kbd', { 'aria-hidden': 'true' }, keys);
  const role = checked === undefined ? 'menuitem' : 'menuitemradio';
  const attributes = { role, tabindex: '-1', class: grave ? 'danger' : null, 'aria-keyshortcuts': keys, 'aria-checked': checked === undefined ? null : String(checked), onclick };
  return h('button', attributes, picture && icon(picture), h('span', {}, label), checked ? icon('check') : null, shortcut);
}

/**
 * @param {KeyboardEvent} event
 * @param {HTMLElement} node
 */
function key(event, node) {
  const all = entries(node);
  const at = all.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
  const to = target(event, all, at);
  if (to === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  to.focus();
}

/**
 * @param {KeyboardEvent} event
 * @param {HTMLButtonElement[]} all
 * @param {number} at
 */
function target(event, all, at) {
  const inHead = all[at]?.closest('[role=menu]') === null;
  if (event.key === 'ArrowDown') return inHead ? all.find((one) => one.closest('[role=menu]') !== null) : all[(at + 1) % all.length];
  if (event.key === 'ArrowUp') return all[(at - 1 + all.length) % all.length];
  if (event.key === 'ArrowRight' && inHead) return all[at + 1];
  if (event.key === 'ArrowLeft' && inHead) return all[Math.max(0, at - 1)];
  if (event.key === 'Home') return all[0];
  if (event.key === 'End' || event.key === 'Tab') return all.at(event.key === 'End' ? -1 : at);
  if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const letter = event.key.toLocaleLowerCase();
  const from = [...all.slice(at + 1), ...all.slice(0, at + 1)];
  return from.find(({ textContent }) => textContent?.trim().toLocaleLowerCase().startsWith(letter));
}

/**
 * @param {HTMLElement} node
 * @returns {HTMLButtonElement[]}
 */
function entries(node) {
  return [...node.querySelectorAll('button')];
}
