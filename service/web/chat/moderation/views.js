/**
 * The pages of moderation, by address: `#/reports`, `#/rooms/lobby/settings`. Which of them somebody is shown follows
 * from what they may do; whoever goes to another is told by the server why not.
 *
 * @typedef {object} View
 * @property {string} page
 * @property {string} room The slug; empty: the whole server.
 * @property {string} [user] Whom it is about, where it is about one person.
 */

import { moderates } from '../authority.js';

const SERVER_PAGES = ['reports', 'actions', 'sanctions', 'audit', 'users', 'invites', 'filters', 'erasures'];
const ROOM_PAGES = ['settings', 'members', 'reports', 'sanctions', 'filters', 'connections', 'actions', 'audit', 'access'];

/** Pages of the server that are for more than who moderates some room. */
const LEAST_ROLE = /** @type {Record<string, string[]>} */ ({
  sanctions: ['moderator', 'admin'],
  actions: ['admin'],
  audit: ['admin'],
  users: ['moderator', 'admin'],
  invites: ['admin'],
  filters: ['admin'],
  erasures: ['admin'],
});

const SHAPE = /^(?:rooms\/([a-z0-9][a-z0-9-]{0,63})\/)?([a-z]+)(?:\/([a-z0-9][a-z0-9._-]{0,31}))?$/u;

/**
 * @param {string} view What stands in the address behind `#/`.
 * @returns {View | null}
 */
export function viewOf(view) {
  const [, room = '', page = '', user] = SHAPE.exec(view) ?? [];
  return (room === '' ? SERVER_PAGES : ROOM_PAGES).includes(page) ? { page, room, ...(user && { user }) } : null;
}

/** @param {View} view */
export function addressOf({ page, room, user }) {
  const whom = user === undefined ? '' : `/${user}`;
  return room === '' ? `#/${page}${whom}` : `#/rooms/${room}/${page}${whom}`;
}

/**
 * The pages that there are for somebody, on the server or in a room.
 * @param {{role: string}} me
 * @param {import('../contract.js').RoomInfo | null} room
 * @returns {View[]}
 */
export function pagesFor(me, room) {
  if (room === null) return SERVER_PAGES.filter((page) => LEAST_ROLE[page]?.includes(me.role) ?? true).map((page) => ({ page, room: '' }));
  const can = room.you?.can ?? [];
  const whole = moderates(room);
  return ROOM_PAGES.filter((page) => page === 'access' || whole || (page === 'settings' && can.includes('change'))).map((page) => ({ page, room: room.slug }));
}
