/**
 * The JSON API as methods. It knows paths and bodies, adds the access token, and turns every refusal into a Problem;
 * it keeps no state and decides nothing.
 */

import { Problem } from './problem.js';

const PAGE_LIMIT = 200;
export const HISTORY_LIMIT = 50;

/** The header under which an act says how it is undone. */
const ACTION = 'Folkmoot-Action';

/** @typedef {import('./contract.js').Message} Message */
/** @typedef {import('./contract.js').RoomInfo} RoomInfo */
/** @typedef {import('./contract.js').Member} Member */
/** @typedef {import('./contract.js').User} User */

export class Api {
  #fetch;
  #session;

  /**
   * @param {object} parts
   * @param {(path: string, request: RequestInit) => Promise<Response>} parts.fetch
   * @param {import('./session.js').Session} parts.session
   */
  constructor({ fetch, session }) {
    this.#fetch = fetch;
    this.#session = session;
  }

  /** @param {{token: string, username: string, password: string}} body */
  setUp(body) {
    return this.#open('POST', '/api/setup', body);
  }

  /** @param {{username: string, password: string, name?: string, invite?: string}} body */
  signUp(body) {
    return this.#open('POST', '/api/users', body);
  }

  /** @param {{token: string, password: string}} body */
  resetPassword(body) {
    return this.#open('POST', '/api/password-reset', body);
  }

  /** @returns {Promise<User>} */
  me() {
    return this.#call('GET', '/api/me');
  }

  /**
   * @param {{name?: string, password?: string, current_password?: string}} body
   * @returns {Promise<User>}
   */
  changeMe(body) {
    return this.#call('PATCH', '/api/me', body);
  }

  /** @returns {Promise<{sid: string, client: string, address: string, created_at: string, used_at: string, current: boolean}[]>} */
  sessions() {
    return this.#all('/api/me/sessions');
  }

  /** @param {string} sid */
  endSession(sid) {
    return this.#call('DELETE', `/api/me/sessions/${encodeURIComponent(sid)}`);
  }

  /** All but this one. */
  endOtherSessions() {
    return this.#call('DELETE', '/api/me/sessions');
  }

  /**
   * @param {{role?: string, uses?: number, expires_in?: number}} body
   * @returns {Promise<{code: string, link: string, role: string, uses_left: number, expires_at: string}>}
   */
  createInvite(body) {
    return this.#call('POST', '/api/invites', body);
  }

  /** @returns {Promise<RoomInfo[]>} */
  rooms() {
    return this.#all('/api/rooms');
  }

  /**
   * @param {string} slug
   * @returns {Promise<RoomInfo>}
   */
  room(slug) {
    return this.#call('GET', roomPath(slug));
  }

  /**
   * What one may do in a room, and which rule decides.
   * @param {string} slug
   * @returns {Promise<import('./contract.js').Permissions>}
   */
  permissions(slug) {
    return this.#call('GET', `${roomPath(slug)}/permissions`);
  }

  /**
   * @param {Partial<RoomInfo> & {slug: string}} body
   * @returns {Promise<RoomInfo>}
   */
  createRoom(body) {
    return this.#call('POST', '/api/rooms', body);
  }

  /**
   * @param {string} slug
   * @returns {Promise<Member[]>}
   */
  members(slug) {
    return this.#all(`${roomPath(slug)}/members`);
  }

  /**
   * @param {string} slug
   * @param {string} username
   */
  addMember(slug, username) {
    return this.#call('PUT', `${roomPath(slug)}/members/${encodeURIComponent(username)}`, {});
  }

  /**
   * @param {string} slug
   * @param {string} username
   */
  removeMember(slug, username) {
    return this.#call('DELETE', `${roomPath(slug)}/members/${encodeURIComponent(username)}`);
  }

  /**
   * A page of history, oldest first. `next` is null where there is nothing further in the direction asked.
   * @param {string} slug
   * @param {{before?: number, after?: number}} [from]
   * @returns {Promise<{items: Message[], next: number | null}>}
   */
  messages(slug, from = {}) {
    const query = new URLSearchParams({ limit: String(HISTORY_LIMIT) });
    for (const [side, seq] of Object.entries(from)) query.set(side, String(seq));
    return this.#call('GET', `${roomPath(slug)}/messages?${query}`);
  }

  /**
   * What only some people may see: a page of the audit log, say.
   * @param {string} path
   */
  ask(path) {
    return this.#call('GET', path);
  }

  /**
   * An act of authority: what it answers, and the id under which it is undone, where it can be.
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @returns {Promise<{answer: any, action: string | null}>}
   */
  async act(method, path, body) {
    const response = await this.#exchange(method, path, body);
    return { answer: await answerOf(response), action: response.headers.get(ACTION) };
  }

  /**
   * All pages of a list.
   * @param {string} path
   */
  async #all(path) {
    const items = [];
    let cursor = null;
    do {
      const query = new URLSearchParams({ limit: String(PAGE_LIMIT), ...(cursor === null ? {} : { cursor }) });
      const page = await this.#call('GET', `${path}?${query}`);
      items.push(...page.items);
      cursor = page.next;
    } while (cursor !== null);
    return items;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   */
  async #call(method, path, body) {
    return answerOf(await this.#exchange(method, path, body));
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   */
  async #exchange(method, path, body) {
    try {
      return await this.#request(method, path, body, await this.#session.token());
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      // The token died between two clocks or its key was rotated out: one new token, one more try.
      return this.#request(method, path, body, await this.#session.refresh());
    }
  }

  /**
   * Calls that need no session.
   * @param {string} method
   * @param {string} path
   * @param {object} body
   */
  async #open(method, path, body) {
    return answerOf(await this.#request(method, path, body, null));
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object | undefined} body
   * @param {string | null} token
   */
  async #request(method, path, body, token) {
    /** @type {Record<string, string>} */
    const headers = { Accept: 'application/json' };
    if (token !== null) headers.Authorization = `Bearer ${token}`;
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    let response;
    try {
      const payload = body === undefined ? undefined : JSON.stringify(body);
      response = await this.#fetch(path, { method, headers, body: payload });
    } catch {
      throw Problem.unreachable();
    }
    if (!response.ok) throw await Problem.from(response);
    return response;
  }
}

/** @param {Response} response */
function answerOf(response) {
  return response.status === 204 ? null : response.json();
}

/** @param {string} slug */
function roomPath(slug) {
  return `/api/rooms/${encodeURIComponent(slug)}`;
}
