/**
 * Whether somebody has authority over anybody: what is needed for it is loaded for them alone. The server decides what
 * they may do with it.
 *
 * @typedef {import('./contract.js').RoomInfo} RoomInfo
 */

import { passes } from './roles.js';

/**
 * @param {{role: import('./contract.js').ServerRole}} me
 * @param {Iterable<{info: RoomInfo}>} rooms
 */
export function hasAuthority(me, rooms) {
  if (passes(me.role, 'moderator')) return true;
  for (const { info } of rooms) if (moderates(info)) return true;
  return false;
}

/** Whether one moderates a room: a direct room nobody does. @param {RoomInfo} info */
export function moderates({ visibility, you }) {
  return visibility !== 'direct' && (you?.can.includes('moderate') ?? false);
}
