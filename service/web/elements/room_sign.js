/** The sign before a room's name: open to all, closed, or between people. */

/**
 * @param {import('../chat/contract.js').RoomInfo} info
 * @returns {'hash' | 'lock' | 'people' | 'at'}
 */
export function signOf({ visibility, members }) {
  if (visibility === 'direct') return members > 2 ? 'people' : 'at';
  return visibility === 'public' ? 'hash' : 'lock';
}
