/**
 * Acts of authority as values: what somebody wishes to be done, and the request that does it. The same request with
 * `?dry_run=true` tells what it would touch. Nothing here decides who may: the server does.
 *
 * @typedef {object} Wish
 * @property {string} kind One of the names in `REQUESTS`.
 * @property {string} [user] On whom.
 * @property {string} [room] Where; without it, on the whole server.
 * @property {string} [message]
 * @property {string} [since]
 * @property {string} [until]
 * @property {string} [reason]
 * @property {string} [role]
 * @property {string} [id] Of a sanction, a filter, a connection, a report or an invite.
 * @property {Record<string, any>} [change] The settings that are to be others.
 *
 * @typedef {object} Asked
 * @property {'POST' | 'PUT' | 'PATCH' | 'DELETE'} method
 * @property {string} path
 * @property {Record<string, any>} [body]
 * @property {Record<string, string | undefined>} [query]
 */

/** @type {Record<string, (wish: Wish) => Asked>} */
const REQUESTS = {
  delete: ({ message, reason }) => ({ method: 'DELETE', path: `/api/messages/${part(message)}`, query: { reason } }),
  deleteAll: ({ room, user, since, until, reason }) => ({
    method: 'DELETE',
    path: room === undefined ? '/api/messages' : `${roomPath(room)}/messages`,
    query: { user, since, until, reason },
  }),
  mute: (wish) => sanction(wish, 'mute'),
  kick: (wish) => sanction(wish, 'kick'),
  ban: (wish) => sanction(wish, 'ban'),
  suspend: (wish) => sanction(wish, 'suspend'),
  lift: ({ id, room }) => ({ method: 'DELETE', path: `${sanctionsPath(room)}/${part(id)}` }),
  signOut: ({ user, reason }) => ({ method: 'DELETE', path: `${userPath(user)}/sessions`, query: { reason } }),
  invite: ({ room, user }) => ({ method: 'PUT', path: memberPath(room, user), body: {} }),
  roomRole: ({ room, user, role }) => ({ method: 'PUT', path: memberPath(room, user), body: { role } }),
  role: ({ user, role, reason }) => ({ method: 'PATCH', path: userPath(user), body: { role, reason } }),
  changeRoom: ({ room, change, reason }) => ({ method: 'PATCH', path: roomPath(room), body: { ...change, reason } }),
  deleteRoom: ({ room }) => ({ method: 'DELETE', path: roomPath(room) }),
  drop: ({ room, id, reason }) => ({ method: 'DELETE', path: `${roomPath(room)}/connections/${part(id)}`, query: { reason } }),
  addFilter: ({ room, change, reason }) => ({ method: 'POST', path: `${roomPath(room)}/filters`, body: { ...change, reason } }),
  removeFilter: ({ room, id }) => ({ method: 'DELETE', path: `${roomPath(room)}/filters/${part(id)}` }),
  handleReport: ({ id, change }) => ({ method: 'PATCH', path: `/api/reports/${part(id)}`, body: change }),
  restore: ({ user, reason }) => ({ method: 'PATCH', path: userPath(user), body: { suspended: false, reason } }),
  rename: ({ user, change }) => ({ method: 'PATCH', path: userPath(user), body: change }),
  resetPassword: ({ user }) => ({ method: 'POST', path: `${userPath(user)}/password-reset` }),
  deleteUser: ({ user, change }) => ({ method: 'DELETE', path: userPath(user), query: change }),
  makeInvite: ({ change }) => ({ method: 'POST', path: '/api/invites', body: change }),
  revokeInvite: ({ id }) => ({ method: 'DELETE', path: `/api/invites/${part(id)}` }),
};

/**
 * The method, the address and the body by which a wish is carried out, or only tried.
 * @param {Wish} wish
 * @param {{dry?: boolean}} [manner]
 * @returns {[string, string, object | undefined]}
 */
export function requestOf(wish, { dry = false } = {}) {
  const { method, path, query = {}, body } = REQUESTS[wish.kind](wish);
  const asked = new URLSearchParams(/** @type {[string, string][]} */ (given(query)));
  if (dry) asked.set('dry_run', 'true');
  const address = asked.size > 0 ? `${path}?${asked}` : path;
  return [method, address, body && Object.fromEntries(given(body))];
}

/** @param {Wish} wish @param {string} kind */
function sanction({ user, room, until, reason }, kind) {
  return { method: /** @type {const} */ ('POST'), path: sanctionsPath(room), body: { user, kind, until, reason } };
}

/** What was left empty is not said at all. @param {Record<string, any>} values */
function given(values) {
  return Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
}

/** @param {string | undefined} room */
function sanctionsPath(room) {
  return room === undefined ? '/api/sanctions' : `${roomPath(room)}/sanctions`;
}

/** @param {string | undefined} slug */
function roomPath(slug) {
  return `/api/rooms/${part(slug)}`;
}

/** @param {string | undefined} username */
function userPath(username) {
  return `/api/users/${part(username)}`;
}

/** @param {string | undefined} slug @param {string | undefined} username */
function memberPath(slug, username) {
  return `${roomPath(slug)}/members/${part(username)}`;
}

/** @param {string | undefined} value */
function part(value) {
  return encodeURIComponent(value ?? '');
}
