/**
 * The order of server-wide roles, for showing what lies behind a gate before trying it. The server alone decides;
 * nothing here opens anything.
 *
 * @typedef {import('./contract.js').ServerRole} ServerRole
 */

/** @type {ServerRole[]} lowest first */
export const SERVER_ROLES = ['guest', 'member', 'moderator', 'admin'];

/** @type {Record<ServerRole, string>} */
const PLURALS = { guest: 'everyone', member: 'members', moderator: 'moderators', admin: 'admins' };

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
  const open = gate === 'guest' || gate === 'admin';
  return open ? PLURALS[gate] : `${PLURALS[gate]} and above`;
}
