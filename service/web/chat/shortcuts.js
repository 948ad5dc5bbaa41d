/**
 * The keys that do something wherever one is: one table, read by who listens for them and by who lists them. Those
 * without Ctrl, ⌘ or Alt are letters first, and keep quiet while somebody writes.
 *
 * @typedef {'switch' | 'previous' | 'next' | 'previous-unread' | 'next-unread' | 'search' | 'settings' | 'help' | 'latest'} Act
 *
 * @typedef {object} Shortcut
 * @property {Act} act
 * @property {string} key As `KeyboardEvent.key` has it.
 * @property {boolean} [mod] With Ctrl, or ⌘ where that is the custom.
 * @property {boolean} [alt]
 * @property {boolean} [shift] Left out: with or without, as the key's own sign may need it.
 *
 * @typedef {Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>} Press
 */

/** @type {Shortcut[]} */
export const SHORTCUTS = [
  { act: 'switch', key: 'k', mod: true, shift: false },
  { act: 'search', key: 'f', mod: true, shift: true },
  { act: 'previous', key: 'ArrowUp', alt: true, shift: false },
  { act: 'next', key: 'ArrowDown', alt: true, shift: false },
  { act: 'previous-unread', key: 'ArrowUp', alt: true, shift: true },
  { act: 'next-unread', key: 'ArrowDown', alt: true, shift: true },
  { act: 'settings', key: ',', mod: true },
  { act: 'help', key: '?' },
  { act: 'latest', key: 'Escape' },
];

/**
 * What a press of a key asks for, or null.
 * @param {Press} press
 * @param {boolean} writing Whether the focus is where one writes.
 * @returns {Act | null}
 */
export function actOf(press, writing) {
  const found = SHORTCUTS.find((shortcut) => meets(shortcut, press));
  if (!found || (writing && !found.mod && !found.alt)) return null;
  return found.act;
}

/**
 * @param {Shortcut} shortcut
 * @param {Press} press
 */
function meets({ key, mod = false, alt = false, shift }, press) {
  if (press.key.toLowerCase() !== key.toLowerCase()) return false;
  if (press.altKey !== alt || (press.ctrlKey || press.metaKey) !== mod) return false;
  return shift === undefined || press.shiftKey === shift;
}

/**
 * The room that lies before or after another in the list, around its end; of all or of those with something unread.
 * @template {{unread: number}} R
 * @param {R[]} rooms
 * @param {R | null} current
 * @param {1 | -1} step
 * @param {boolean} unread
 * @returns {R | undefined}
 */
export function beside(rooms, current, step, unread) {
  const at = current === null ? -1 : rooms.indexOf(current);
  const first = at < 0 && step < 0 ? rooms.length : at;
  for (let i = 1; i <= rooms.length; i += 1) {
    const room = rooms[(first + step * i + rooms.length * (i + 1)) % rooms.length];
    if (room !== current && (!unread || room.unread > 0)) return room;
  }
  return undefined;
}
