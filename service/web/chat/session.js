/**
 * One login in this browser. The refresh token is a cookie that scripts can't read; the access token lives in this
 * object and nowhere else, so nothing that can be stolen outlives the page.
 *
 * Emits `change` when somebody signs in or out, or when the server ends the session.
 */

import { say } from '../words/words.js';
import { Problem } from './problem.js';

/** A token is renewed this long before it expires, so that no request leaves with one that dies on the way. */
const RENEW_AHEAD_MS = 30_000;

const COOKIE_FLOW = { 'Folkmoot-Cookie': '1' };

/** The session is over: only signing in again helps. */
export class SessionEnded extends Error {
  constructor() {
    super(say('connection.sessionOver'));
    this.name = 'SessionEnded';
  }
}

/**
 * @typedef {object} Remembered Says whether a cookie is worth trying, so that a visitor who never signed in does not
 *   start with a refused request. It holds no secret.
 * @property {() => boolean} get
 * @property {(signedIn: boolean) => void} set
 */

export class Session extends EventTarget {
  /** @type {'unknown' | 'signed-in' | 'signed-out'} */
  state = 'unknown';
  /** @type {'person' | 'server' | 'tab' | 'other'} who ended it: the person here or in another tab, or somebody else */
  endedBy = 'person';

  #fetch;
  #clock;
  #remembered;
  /** @type {{text: string, expires: number} | null} */
  #token = null;
  /** Whose session it is, as far as is known. */
  #subject = '';
  /** @type {Promise<string> | null} */
  #renewal = null;

  /**
   * @param {object} parts
   * @param {(path: string, request: RequestInit) => Promise<Response>} parts.fetch
   * @param {import('./clock.js').Clock} parts.clock
   * @param {Remembered} parts.remembered
   */
  constructor({ fetch, clock, remembered }) {
    super();
    this.#fetch = fetch;
    this.#clock = clock;
    this.#remembered = remembered;
  }

  /** Picks up the session that this browser's cookie stands for, if there is one. */
  async restore() {
    if (!this.#remembered.get()) return this.#become('signed-out');
    try {
      await this.refresh();
    } catch (error) {
      if (!(error instanceof SessionEnded)) throw error;
    }
  }

  /**
   * @param {string} username
   * @param {string} password
   */
  async signIn(username, password) {
    this.#token = null;
    this.#subject = '';
    await this.#grant({ grant_type: 'password', username, password });
    this.#become('signed-in');
  }

  /**
   * Goes on without a server as who one last was: the next token must be theirs. Nothing is told, for nothing has
   * changed hands.
   * @param {string} subject
   */
  presume(subject) {
    this.#subject = subject;
    this.state = 'signed-in';
  }

  /** Whose it is, as long as there is somebody: the user's id. */
  get subject() {
    return this.#subject;
  }

  /**
   * Somebody signed in in another tab: who waits outside comes in too, and who is somebody else goes.
   * @param {string} subject
   */
  async signedInElsewhere(subject) {
    if (this.state === 'signed-in' && this.subject !== '' && this.subject !== subject) return this.#end('other');
    if (this.state !== 'signed-out') return;
    this.state = 'unknown';
    try {
      await this.refresh();
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      this.state = 'signed-out'; // the door stands there yet, and takes a password
    }
  }

  /** The cookie is gone, and with it what this tab could have gone on with. */
  signedOutElsewhere() {
    this.#end('tab');
  }

  /** An access token that is good for a while yet. */
  async token() {
    if (this.#token && this.#token.expires - this.#clock.now() > RENEW_AHEAD_MS) return this.#token.text;
    return this.refresh();
  }

  /**
   * A new access token. Whoever asks while one is on its way gets that one: a refresh token is good for one use.
   * @returns {Promise<string>}
   */
  refresh() {
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  /** Ends the session on the server. Without a network it still ends here; the cookie then dies of age. */
  async signOut() {
    if (this.#over()) return;
    const token = this.#token?.text;
    this.#end('person');
    try {
      // Without a token, in a page that began without a server, the cookie says which session it is.
      await this.#post('/oauth/revoke', token ? { token } : {});
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  }

  async #renew() {
    if (this.#over()) throw new SessionEnded();
    try {
      const text = await this.#grant({ grant_type: 'refresh_token' });
      this.#become('signed-in');
      return text;
    } catch (error) {
      if (error instanceof Problem && (error.status === 400 || error.status === 401)) this.#end('server');
      throw this.#over() ? new SessionEnded() : error;
    }
  }

  /** @param {Record<string, string>} form */
  async #grant(form) {
    const response = await this.#post('/oauth/token', form);
    const { access_token: text, expires_in: seconds } = await response.json();
    const subject = subjectOf(text);
    if (this.#subject !== '' && this.#subject !== subject) {
      // Somebody else signed in in another tab, and the cookie is theirs now. Going on would speak in their name.
      this.#end('other');
      throw new SessionEnded();
    }
    if (form.grant_type === 'refresh_token' && this.#over()) throw new SessionEnded();
    this.#subject = subject;
    this.#token = { text, expires: this.#clock.now() + seconds * 1000 };
    this.#remembered.set(true);
    return text;
  }

  /**
   * @param {string} path
   * @param {Record<string, string>} form
   */
  async #post(path, form) {
    const request = { method: 'POST', headers: COOKIE_FLOW, body: new URLSearchParams(form) };
    let response;
    try {
      response = await this.#fetch(path, request);
    } catch {
      throw Problem.unreachable();
    }
    if (!response.ok) throw await Problem.from(response);
    return response;
  }

  /** @param {Session['endedBy']} by */
  #end(by) {
    if (this.#over()) return;
    this.#token = null;
    this.#subject = '';
    // In the cookie is somebody else's session now, and it is worth trying.
    if (by !== 'other') this.#remembered.set(false);
    // A page that is opened after its session ran out has nothing to tell: it simply asks to sign in.
    this.endedBy = this.state === 'signed-in' ? by : 'person';
    this.#become('signed-out');
  }

  #over() {
    return this.state === 'signed-out';
  }

  /** @param {'signed-in' | 'signed-out'} state */
  #become(state) {
    if (this.state === state) return;
    this.state = state;
    if (state === 'signed-in') this.endedBy = 'person';
    this.dispatchEvent(new Event('change'));
  }
}

/**
 * The user's id in a JWT, read without checking anything: it only tells this page when the cookie changed hands.
 * @param {string} token
 */
function subjectOf(token) {
  const payload = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
  return String(JSON.parse(atob(payload)).sub);
}
