/**
 * The order of server-wide roles, for showing what lies behind a gate before trying it. The server alone decides;
 * nothing here opens anything.
 *
 * @typedef {import('./contract.js').ServerRole} ServerRole
 */

import { say } from '../words/words.js';

/** @type {ServerRole[]} lowest first */
export const SERVER_ROLES = ['guest', 'member', 'moderator', 'admin'];

/** @type {Record<ServerRole, import('../words/words.js').Key>} */
const GATES = { guest: 'page.gate.guest', member: 'page.gate.member', moderator: 'page.gate.moderator', admin: 'page.gate.admin' };

/** Of the server and of rooms. @type {Record<string, import('../words/words.js').Key>} */
const ROLES = {
  guest: 'page.role.guest',
  member: 'page.role.member',
  moderator: 'page.role.moderator',
  admin: 'page.role.admin',
  owner: 'page.role.owner',
};

/**
 * @param {ServerRole} role
 * @param {ServerRole} gate
 */
export function passes(role, gate) {
  return SERVER_ROLES.indexOf(role) >= SERVER_ROLES.indexOf(gate);
}

/**
 * Who may pass a gate, in words: "everyone", "members and above", "admins".
 * @param {ServerRole} gate
 */
export function gateInWords(gate) {
  return say(GATES[gate]);
}

/**
 * What somebody is, of the server or of a room.
 * @param {string} role
 */
export function roleInWords(role) {
  return Object.hasOwn(ROLES, role) ? say(ROLES[role]) : role;
}
