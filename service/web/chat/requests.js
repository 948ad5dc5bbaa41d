/**
 * Asking the JSON API: adds the access token, and once a new one where it died on the way, and turns every refusal into
 * a Problem. What there is to ask for is not known here.
 */

import { Problem } from './problem.js';

const PAGE_LIMIT = 200;

export class Requests {
  #fetch;
  #session;

  /**
   * @param {object} parts
   * @param {(path: string, request: RequestInit) => Promise<Response>} parts.fetch
   * @param {Pick<import('./session.js').Session, 'token' | 'refresh'>} parts.session
   */
  constructor({ fetch, session }) {
    this.#fetch = fetch;
    this.#session = session;
  }

  /**
   * All pages of a list.
   * @param {string} path
   */
  async all(path) {
    const items = [];
    let cursor = null;
    do {
      const query = new URLSearchParams({ limit: String(PAGE_LIMIT), ...(cursor === null ? {} : { cursor }) });
      const page = await this.call('GET', `${path}?${query}`);
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
  async call(method, path, body) {
    return answerOf(await this.exchange(method, path, body));
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   */
  exchange(method, path, body) {
    return this.withToken((token) => this.#request(method, path, body, token));
  }

  /**
   * @template T
   * @param {(token: string) => Promise<T>} attempt
   * @returns {Promise<T>}
   */
  async withToken(attempt) {
    try {
      return await attempt(await this.#session.token());
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      // The token died between two clocks or its key was rotated out: one new token, one more try.
      return attempt(await this.#session.refresh());
    }
  }

  /**
   * Calls that need no session.
   * @param {string} method
   * @param {string} path
   * @param {object} body
   */
  async open(method, path, body) {
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
export function answerOf(response) {
  return response.status === 204 ? null : response.json();
}
