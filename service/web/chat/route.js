/**
 * Which page an address asks for. Secrets of links come in the fragment, which browsers send to nobody, and leave the
 * address as soon as they are read: `address` is what should stand in the bar from then on.
 *
 * @typedef {{page: 'chat' | 'set-up' | 'sign-up' | 'reset', secret: string, room: string, address: string}} Route
 */

/** @type {Record<string, {page: Route['page'], secret: string}>} */
const PAGES = {
  '/setup': { page: 'set-up', secret: 'token' },
  '/signup': { page: 'sign-up', secret: 'invite' },
  '/reset': { page: 'reset', secret: 'token' },
};

const SLUG = /^[a-z0-9][a-z0-9-]{0,63}$/u;

/**
 * @param {string} path
 * @param {string} fragment With or without its `#`.
 * @returns {Route}
 */
export function routeOf(path, fragment) {
  const plain = fragment.replace(/^#/u, '');
  const entry = PAGES[path];
  if (!entry) {
    const room = SLUG.test(plain) ? plain : '';
    return { page: 'chat', secret: '', room, address: room ? `/#${room}` : '/' };
  }
  const secret = new URLSearchParams(plain).get(entry.secret) ?? '';
  return { page: entry.page, secret, room: '', address: path };
}

/**
 * A page in the room's place that the address asks for: "reports" for `#/reports`; empty where it leads to a room.
 * @param {string} fragment
 */
export function viewIn(fragment) {
  return /^#\/(.+)$/u.exec(fragment)?.[1] ?? '';
}

/**
 * A slug that a name suggests: "Lunch & Tea" gives "lunch-tea".
 * @param {string} name
 */
export function slugFrom(name) {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return plain.replace(/[^a-z0-9]+/gu, '-').replace(/^-+|-+$/gu, '').slice(0, 64);
}
