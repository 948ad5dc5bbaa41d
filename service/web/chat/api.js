/**
 * The JSON API as methods. It knows paths and bodies; it keeps no state and decides nothing.
 */

import { Problem } from './problem.js';
import { Requests, answerOf } from './requests.js';

export const HISTORY_LIMIT = 50;
const SEARCH_LIMIT = 30;

/** The header under which an act says how it is undone. */
const ACTION = 'Folkmoot-Action';

/** @typedef {import('./contract.js').Message} Message */
/** @typedef {import('./contract.js').RoomInfo} RoomInfo */
/** @typedef {import('./contract.js').Member} Member */
/** @typedef {import('./contract.js').User} User */

export class Api {
  #requests;
  #carry;

  /**
   * @param {object} parts
   * @param {(path: string, request: RequestInit) => Promise<Response>} parts.fetch
   * @param {import('./session.js').Session} parts.session
   * @param {import('./carrier.js').Carry} [parts.carry] Brings files, and says how far it is.
   */
  constructor({ fetch, session, carry }) {
    this.#requests = new Requests({ fetch, session });
    this.#carry = carry;
  }

  /** @param {{token: string, username: string, password: string}} body */
  setUp(body) {
    return this.#requests.open('POST', '/api/setup', body);
  }

  /** @param {{username: string, password: string, name?: string, invite?: string}} body */
  signUp(body) {
    return this.#requests.open('POST', '/api/users', body);
  }

  /** @param {{token: string, password: string}} body */
  resetPassword(body) {
    return this.#requests.open('POST', '/api/password-reset', body);
  }

  /** @returns {Promise<User>} */
  me() {
    return this.#requests.call('GET', '/api/me');
  }

  /**
   * @param {{name?: string, password?: string, current_password?: string}} body
   * @returns {Promise<User>}
   */
  changeMe(body) {
    return this.#requests.call('PATCH', '/api/me', body);
  }

  /** @returns {Promise<{sid: string, client: string, address: string, created_at: string, used_at: string, current: boolean}[]>} */
  sessions() {
    return this.#requests.all('/api/me/sessions');
  }

  /** @param {string} sid */
  endSession(sid) {
    return this.#requests.call('DELETE', `/api/me/sessions/${encodeURIComponent(sid)}`);
  }

  /** All but this one. */
  endOtherSessions() {
    return this.#requests.call('DELETE', '/api/me/sessions');
  }

  /**
   * @param {{role?: string, uses?: number, expires_in?: number}} body
   * @returns {Promise<{code: string, link: string, role: string, uses_left: number, expires_at: string}>}
   */
  createInvite(body) {
    return this.#requests.call('POST', '/api/invites', body);
  }

  /** @returns {Promise<RoomInfo[]>} */
  rooms() {
    return this.#requests.all('/api/rooms');
  }

  /**
   * @param {string} slug
   * @returns {Promise<RoomInfo>}
   */
  room(slug) {
    return this.#requests.call('GET', roomPath(slug));
  }

  /**
   * What one may do in a room, and which rule decides.
   * @param {string} slug
   * @returns {Promise<import('./contract.js').Permissions>}
   */
  permissions(slug) {
    return this.#requests.call('GET', `${roomPath(slug)}/permissions`);
  }

  /**
   * @param {Partial<RoomInfo> & {slug: string}} body
   * @returns {Promise<RoomInfo>}
   */
  createRoom(body) {
    return this.#requests.call('POST', '/api/rooms', body);
  }

  /**
   * @param {string} slug
   * @returns {Promise<Member[]>}
   */
  members(slug) {
    return this.#requests.all(`${roomPath(slug)}/members`);
  }

  /**
   * @param {string} slug
   * @param {string} username
   */
  addMember(slug, username) {
    return this.#requests.call('PUT', `${roomPath(slug)}/members/${encodeURIComponent(username)}`, {});
  }

  /**
   * @param {string} slug
   * @param {string} username
   */
  removeMember(slug, username) {
    return this.#requests.call('DELETE', `${roomPath(slug)}/members/${encodeURIComponent(username)}`);
  }

  /**
   * A page of history, oldest first. `next` is null where there is nothing further in the direction asked.
   * @param {string} slug
   * @param {{before?: number, after?: number}} [from]
   * @returns {Promise<import('./contract.js').MessagePage>}
   */
  messages(slug, from = {}) {
    const query = new URLSearchParams({ limit: String(HISTORY_LIMIT) });
    for (const [side, seq] of Object.entries(from)) query.set(side, String(seq));
    return this.#requests.call('GET', `${roomPath(slug)}/messages?${query}`);
  }

  /**
   * Ends one's own account for good.
   * @param {{password: string, messages: string}} body
   */
  leaveForGood(body) {
    return this.#requests.call('DELETE', '/api/me', body);
  }

  /**
   * All that the server has of oneself, as a zip.
   * @returns {Promise<Blob>}
   */
  exportMe() {
    return this.#requests.exchange('GET', '/api/me/export').then((response) => response.blob());
  }

  /**
   * What only some people may see: a page of the audit log, say.
   * @param {string} path
   */
  ask(path) {
    return this.#requests.call('GET', path);
  }

  /**
   * An act of authority: what it answers, and the id under which it is undone, where it can be.
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @returns {Promise<{answer: any, action: string | null}>}
   */
  async act(method, path, body) {
    const response = await this.#requests.exchange(method, path, body);
    return { answer: await answerOf(response), action: response.headers.get(ACTION) };
  }

  /**
   * One message as it is now.
   * @param {string} id
   * @returns {Promise<Message>}
   */
  message(id) {
    return this.#requests.call('GET', messagePath(id));
  }

  /**
   * @param {string} id
   * @param {boolean} on
   * @returns {Promise<Message>}
   */
  pin(id, on) {
    return this.#requests.call(on ? 'PUT' : 'DELETE', `${messagePath(id)}/pin`);
  }

  /**
   * A room's pinned messages, the latest pin first.
   * @param {string} slug
   * @returns {Promise<Message[]>}
   */
  pins(slug) {
    return this.#requests.all(`${roomPath(slug)}/pins`);
  }

  /**
   * One has read a room so far; an earlier seq than before makes it unread from there.
   * @param {string} slug
   * @param {number} seq
   * @returns {Promise<import('./contract.js').ReadAnswer>}
   */
  read(slug, seq) {
    return this.#requests.call('PUT', `${roomPath(slug)}/read`, { seq });
  }

  /**
   * Who has read a message, where its room shows that.
   * @param {string} id
   * @returns {Promise<import('./contract.js').Reader[]>}
   */
  readers(id) {
    return this.#requests.all(`${messagePath(id)}/readers`);
  }

  /**
   * The replies under a message, oldest first, after a seq.
   * @param {string} id
   * @param {number} after
   * @returns {Promise<import('./contract.js').MessagePage>}
   */
  thread(id, after) {
    return this.#requests.call('GET', `${messagePath(id)}/thread?limit=${HISTORY_LIMIT}&after=${after}`);
  }

  /**
   * @param {string} id
   * @param {boolean} on
   */
  followThread(id, on) {
    return this.#requests.call(on ? 'PUT' : 'DELETE', `${messagePath(id)}/thread/follow`);
  }

  /**
   * @param {string} id
   * @param {number} seq
   */
  readThread(id, seq) {
    return this.#requests.call('PUT', `${messagePath(id)}/thread/read`, { seq });
  }

  /**
   * The threads that one follows, the latest reply first.
   * @returns {Promise<import('./contract.js').FollowedThread[]>}
   */
  threads() {
    return this.#requests.all('/api/me/threads');
  }

  /**
   * Brings a file that a message of this room is to carry.
   * @param {string} slug
   * @param {Blob} blob
   * @param {{name: string, signal: AbortSignal, progress: (part: number) => void}} options
   * @returns {Promise<import('./contract.js').FileInfo>}
   */
  async upload(slug, blob, { name, signal, progress }) {
    const carry = this.#carry;
    if (!carry) throw Problem.unreachable();
    const path = `${roomPath(slug)}/files?${new URLSearchParams({ name })}`;
    const attempt = async (/** @type {string} */ token) => {
      /** @type {Record<string, string>} */
      const headers = { Accept: 'application/json', Authorization: `Bearer ${token}` };
      if (blob.type) headers['Content-Type'] = blob.type;
      const response = await carry(path, { headers, body: blob, signal, progress });
      if (!response.ok) throw await Problem.from(response);
      return response.json();
    };
    return this.#requests.withToken(attempt);
  }

  /**
   * A file's content, or its small picture.
   * @param {string} id
   * @param {'content' | 'thumbnail'} [what]
   * @returns {Promise<Blob>}
   */
  file(id, what = 'content') {
    const path = `/api/files/${encodeURIComponent(id)}${what === 'thumbnail' ? '/thumbnail' : ''}`;
    return this.#requests.exchange('GET', path).then((response) => response.blob());
  }

  /**
   * @param {string} query
   * @param {{sort?: 'newest' | 'rank', cursor?: string | null}} [options]
   * @returns {Promise<{items: import('./contract.js').Found[], next: string | null, complete: boolean}>}
   */
  search(query, { sort = 'newest', cursor = null } = {}) {
    const page = { limit: String(SEARCH_LIMIT), ...(cursor === null ? {} : { cursor }) };
    return this.#requests.call('GET', `/api/search?${new URLSearchParams({ q: query, sort, ...page })}`);
  }

  /**
   * The messages in which one is called, newest first.
   * @param {string | null} [cursor]
   * @returns {Promise<{items: import('./contract.js').Mention[], next: string | null}>}
   */
  mentions(cursor = null) {
    return this.#requests.call('GET', `/api/me/mentions?${new URLSearchParams(cursor === null ? {} : { cursor })}`);
  }

  /**
   * What a message said, oldest first.
   * @param {string} id
   * @returns {Promise<{items: {text: string, at: string}[]}>}
   */
  editHistory(id) {
    return this.#requests.call('GET', `/api/messages/${encodeURIComponent(id)}/history`);
  }

  /** @returns {Promise<User[]>} */
  users() {
    return this.#requests.all('/api/users');
  }

  /**
   * @param {string} username
   * @returns {Promise<User>}
   */
  user(username) {
    return this.#requests.call('GET', `/api/users/${encodeURIComponent(username)}`);
  }

  /**
   * The direct room with these people.
   * @param {string[]} users
   * @returns {Promise<RoomInfo>}
   */
  openDirect(users) {
    return this.#requests.call('POST', '/api/direct', { users });
  }

  /** @returns {Promise<{user: string, name: string}[]>} whom one has blocked */
  blocks() {
    return this.#requests.all('/api/me/blocks');
  }

  /**
   * @param {string} username
   * @param {boolean} on
   */
  block(username, on) {
    return this.#requests.call(on ? 'PUT' : 'DELETE', `/api/me/blocks/${encodeURIComponent(username)}`);
  }
}

/** @param {string} slug */
function roomPath(slug) {
  return `/api/rooms/${encodeURIComponent(slug)}`;
}

/** @param {string} id */
function messagePath(id) {
  return `/api/messages/${encodeURIComponent(id)}`;
}
