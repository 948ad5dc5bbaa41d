/**
 * How much of the chat calls its reader right now: what the page's title, its icon and the app's badge show.
 *
 * @typedef {{calls: number, quiet: boolean}} Attention `quiet`: something is unread that calls nobody.
 */

/**
 * @param {Iterable<{info: {slug: string, visibility: string}, unread: number, mentions?: number}>} rooms
 * @param {Pick<import('./levels.js').Levels, 'of'>} levels
 * @returns {Attention}
 */
export function attention(rooms, levels) {
  let calls = 0;
  let quiet = false;
  for (const { info, unread, mentions = 0 } of rooms) {
    const level = levels.of(info);
    // A reply in a thread may call one without being unread in the room.
    if (level === 'all') calls += Math.max(unread, mentions);
    if (level === 'mentions') calls += mentions;
    quiet ||= level === 'mentions' && unread > mentions;
  }
  return { calls, quiet };
}

/**
 * "(3) Lobby · Folkmoot", "• Lobby · Folkmoot".
 * @param {string} name
 * @param {Attention} attention
 */
export function titleOf(name, { calls, quiet }) {
  const title = name === '' ? 'Folkmoot' : `${name} · Folkmoot`;
  if (calls > 0) return `(${calls}) ${title}`;
  return quiet ? `• ${title}` : title;
}
