/**
 * Which page an address asks for. Secrets of links come in the fragment, which browsers send to nobody, and leave the
 * address as soon as they are read: `address` is what should stand in the bar from then on.
 *
 * @typedef {object} Route
 * @property {'chat' | 'set-up' | 'sign-up' | 'reset'} page
 * @property {string} secret
 * @property {string} room
 * @property {string} message One of the room's, to be shown.
 * @property {string} address
 */

/** @type {Record<string, {page: Route['page'], secret: string}>} */
const PAGES = {
  '/setup': { page: 'set-up', secret: 'token' },
  '/signup': { page: 'sign-up', secret: 'invite' },
  '/reset': { page: 'reset', secret: 'token' },
};

/** A room, and maybe one of its messages: `lobby`, `lobby/m1a20450a295000001-00002a`. */
const PLACE = /^(?<room>[a-z0-9][a-z0-9-]{0,63})(?:\/(?<message>[\w-]{1,64}))?$/u;

/**
 * @param {string} path
 * @param {string} fragment With or without its `#`.
 * @returns {Route}
 */
export function routeOf(path, fragment) {
  const plain = fragment.replace(/^#/u, '');
  const entry = PAGES[path];
  if (!entry) {
    const { room, message } = placeIn(plain);
    return { page: 'chat', secret: '', room, message, address: room ? `/#${room}` : '/' };
  }
  const secret = new URLSearchParams(plain).get(entry.secret) ?? '';
  return { page: entry.page, secret, room: '', message: '', address: path };
}

/**
 * Where an address leads to; empty where it leads to no room, or to no message in particular.
 * @param {string} fragment With or without its `#`.
 */
export function placeIn(fragment) {
  const { room = '', message = '' } = PLACE.exec(fragment.replace(/^#/u, ''))?.groups ?? {};
  return { room, message };
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
