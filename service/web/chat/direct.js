/**
 * What direct rooms are called: after the others in them. Their own name is a list of usernames, with one's own among
 * them.
 */

/** @typedef {import('./contract.js').RoomInfo} RoomInfo */

/**
 * The usernames of those who are in a direct room besides oneself.
 * @param {RoomInfo} info
 * @param {string} me
 */
export function othersIn({ name }, me) {
  return name.split(', ').filter((username) => username !== me && username !== '');
}

/**
 * @param {RoomInfo} info
 * @param {string} me
 * @param {{of: (username: string) => string}} names
 */
export function titleOf(info, me, names) {
  if (info.visibility !== 'direct') return info.name;
  const others = othersIn(info, me);
  return others.length > 0 ? others.map((username) => names.of(username)).join(', ') : info.name;
}
