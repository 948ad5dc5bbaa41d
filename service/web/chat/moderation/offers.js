/**
 * Which acts are worth offering on a person or a message, by what one may do there. The server alone decides, by ranks
 * that a page does not know; what it refuses is explained before it is tried.
 *
 * @typedef {'message' | 'room' | 'server'} Place
 *
 * @typedef {object} Offer
 * @property {string} key Its kind and place.
 * @property {string} kind What a wish calls it.
 * @property {Place} place
 * @property {'end' | 'since' | 'role' | 'nothing'} asks What else has to be said.
 *
 * @typedef {object} Subject On whom, and where.
 * @property {string} user
 * @property {import('../contract.js').RoomInfo | null} room
 * @property {import('../contract.js').Message | null} message
 */

import { moderates } from '../authority.js';
import { passes } from '../roles.js';

/** @type {Record<Place, Record<string, Offer['asks']>>} in the order in which they are offered: the mildest first */
const ASKS = {
  message: { delete: 'nothing' },
  room: { deleteAll: 'since', mute: 'end', kick: 'nothing', ban: 'end', roomRole: 'role' },
  server: { deleteAll: 'since', mute: 'end', signOut: 'nothing', suspend: 'end', role: 'role' },
};

/**
 * @param {Subject} subject
 * @param {import('../contract.js').User} me
 * @returns {Offer[]}
 */
export function offersOn({ user, room, message }, me) {
  const self = user === me.username;
  const here = room !== null && moderates(room);
  const offers = [];
  if (message !== null && !message.deleted && here) offers.push(...at('message'));
  // One's own place is given up and not punished.
  if (here) offers.push(...at('room').filter(({ kind }) => !self || kind === 'roomRole'));
  if (passes(me.role, 'moderator') && !self) offers.push(...at('server').filter(({ kind }) => kind !== 'role' || me.role === 'admin'));
  return offers;
}

/**
 * The room roles that somebody may give there, highest last: none above their own.
 * @param {import('../contract.js').RoomInfo} room
 * @param {import('../contract.js').User} me
 */
export function rolesToGive({ you }, me) {
  const owns = me.role === 'admin' || you?.role === 'owner';
  return owns ? ['member', 'moderator', 'owner'] : ['member', 'moderator'];
}

/** @param {Place} place @returns {Offer[]} */
function at(place) {
  return Object.entries(ASKS[place]).map(([kind, asks]) => ({ key: `${place}.${kind}`, kind, place, asks }));
}
