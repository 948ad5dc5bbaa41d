/**
 * One WebSocket at a time, kept alive: it brings the token, waits for `hello`, carries commands and their replies,
 * renews the token on the open socket, notices a dead line, and comes back with jittered back-off by the rule of the
 * close-code ranges. What the frames mean for rooms is not its business.
 *
 * Emits `change` (look at `state`), `hello` (detail: the frame) and `frame` (detail: an event or a notice).
 *
 * @typedef {object} State
 * @property {'idle' | 'connecting' | 'open' | 'waiting' | 'stopped'} name
 * @property {number} [retryAt] When waiting: the time of the next attempt.
 * @property {boolean} [restarting] When waiting: the server said that it restarts.
 * @property {number} [code] When stopped: the close code that said so.
 *
 * @typedef {Pick<WebSocket, 'send' | 'close'> & {onmessage: any, onclose: any}} Socket
 * @typedef {(reply: import('./contract.js').Reply) => void} OnReply
 */

import { delayBefore } from './backoff.js';
import { afterClose, meansOverload } from './closes.js';
import { Liveness } from './liveness.js';
import { Pace } from './pace.js';
import { SessionEnded } from './session.js';

export const SUBPROTOCOL = 'folkmoot.v1';

/** From the first packet to `hello`. A network that swallows packets would leave the page connecting for minutes. */
export const HELLO_WITHIN_MS = 15_000;

/** A connection that held this long was a good one: the next loss starts the schedule over. */
export const STABLE_AFTER_MS = 10_000;

/** The floor of the delay after the server said that it has too much to do. */
export const OVERLOAD_DELAY_MS = 5_000;

/** What a lost connection is called when nobody closed it (RFC 6455 section 7.1.5). */
const ABNORMAL = 1006;

export class Connection extends EventTarget {
  /** @type {State} */
  state = { name: 'idle' };
  /** @type {import('./contract.js').Hello | null} */
  hello = null;

  #connect;
  #session;
  #clock;
  #random;
  /** @type {Socket | null} */
  #socket = null;
  #attempt = 0;
  #openedAt = 0;
  #needsNewToken = false;
  /** @type {number | null} */
  #restartDelay = null;
  #commands = 0;
  /** @type {Map<string, OnReply>} */
  #awaiting = new Map();
  /** @type {{frame: object, onReply: OnReply}[]} */
  #queue = [];
  /** @type {Pace | null} */
  #pace = null;
  /** @type {Liveness | null} */
  #liveness = null;
  #cancelTimer = () => {};
  #cancelPace = () => {};

  /**
   * @param {object} parts
   * @param {(protocols: string[]) => Socket} parts.connect Opens a socket to the server.
   * @param {Pick<import('./session.js').Session, 'token' | 'refresh'>} parts.session
   * @param {import('./clock.js').Clock} parts.clock
   * @param {() => number} parts.random
   */
  constructor({ connect, session, clock, random }) {
    super();
    this.#connect = connect;
    this.#session = session;
    this.#clock = clock;
    this.#random = random;
  }

  start() {
    if (this.state.name === 'idle' || this.state.name === 'stopped') this.#dial();
  }

  /** The person does not want to wait. */
  retryNow() {
    if (this.state.name === 'stopped') this.#dial();
    else this.wake();
  }

  /** The network came back or the page is looked at again: no reason to wait, and an open line is asked if it lives. */
  wake() {
    if (this.state.name === 'waiting') this.#dial();
    else if (this.state.name === 'open') this.#liveness?.probe();
  }

  /** Ends it for good; `start` begins anew. */
  stop() {
    this.#dropSocket(1000);
    this.#become({ name: 'idle' });
  }

  /**
   * Sends a command. Its one reply comes back as a value; where the connection is lost before, that is `lost`.
   * @param {{type: string, [field: string]: unknown}} frame
   * @param {OnReply} [onReply]
   */
  command(frame, onReply = () => {}) {
    if (this.state.name !== 'open' || this.#socket === null) return onReply({ type: 'lost' });
    this.#queue.push({ frame, onReply });
    this.#flush();
  }

  async #dial() {
    this.#dropSocket(1000);
    this.#become({ name: 'connecting' });
    const dialling = this.state;
    let token;
    try {
      token = await (this.#needsNewToken ? this.#session.refresh() : this.#session.token());
    } catch (error) {
      if (this.state !== dialling) return;
      if (error instanceof SessionEnded) this.#become({ name: 'idle' });
      else this.#wait(0);
      return;
    }
    if (this.state !== dialling) return;
    this.#needsNewToken = false;
    const socket = this.#connect([SUBPROTOCOL, `bearer.${token}`]);
    this.#socket = socket;
    socket.onmessage = (/** @type {{data: string}} */ message) => this.#receive(message.data);
    socket.onclose = (/** @type {{code: number}} */ close) => this.#closed(close.code);
    this.#cancelTimer = this.#clock.after(HELLO_WITHIN_MS, () => this.#lose());
  }

  /** @param {string} data */
  #receive(data) {
    this.#liveness?.heard();
    const frame = JSON.parse(data);
    if (frame.type === 'hello') return this.#greet(frame);
    if (frame.id !== undefined) return this.#answer(frame);
    if (frame.type === 'restart') this.#restartDelay = frame.reconnect_in_ms;
    if (frame.type === 'auth.expiring') this.#renew();
    this.dispatchEvent(new CustomEvent('frame', { detail: frame }));
  }

  /** @param {import('./contract.js').Hello} hello */
  #greet(hello) {
    this.#cancelTimer();
    this.hello = hello;
    this.#openedAt = this.#clock.now();
    this.#pace = new Pace(hello.limits.commands_per_second, this.#openedAt);
    this.#liveness = new Liveness({
      clock: this.#clock,
      quietMs: hello.heartbeat * 1000,
      ping: () => this.command({ type: 'ping' }),
      dead: () => this.#lose(),
    });
    this.#become({ name: 'open' });
    this.dispatchEvent(new CustomEvent('hello', { detail: hello }));
  }

  /** @param {import('./contract.js').OkReply | import('./contract.js').ErrorReply} reply */
  #answer(reply) {
    const onReply = this.#awaiting.get(reply.id);
    this.#awaiting.delete(reply.id);
    onReply?.(reply);
  }

  /** Takes a new token to the open socket, which then belongs to it: nobody's conversation is interrupted. */
  async #renew() {
    const socket = this.#socket;
    let token;
    try {
      token = await this.#session.refresh();
    } catch {
      return; // The server will close with 4100 in time, and the next attempt asks for a token again.
    }
    if (socket === this.#socket) this.command({ type: 'auth', token });
  }

  #flush() {
    this.#cancelPace();
    while (this.#queue.length > 0 && this.#socket && this.#pace) {
      const wait = this.#pace.take(this.#clock.now());
      if (wait > 0) {
        this.#cancelPace = this.#clock.after(wait, () => this.#flush());
        return;
      }
      const { frame, onReply } = /** @type {{frame: object, onReply: OnReply}} */ (this.#queue.shift());
      const id = String((this.#commands += 1));
      this.#awaiting.set(id, onReply);
      this.#socket.send(JSON.stringify({ ...frame, id }));
    }
  }

  /** The line is dead, whatever the socket believes: its own closing handshake could take minutes. */
  #lose() {
    this.#dropSocket(1000);
    this.#closed(ABNORMAL);
  }

  /** @param {number} code */
  #closed(code) {
    const lasted = this.state.name === 'open' ? this.#clock.now() - this.#openedAt : 0;
    this.#dropSocket(null);
    if (lasted >= STABLE_AFTER_MS) this.#attempt = 0;
    const next = afterClose(code);
    if (next === 'stay-away') return this.#become({ name: 'stopped', code });
    this.#needsNewToken = next === 'renew';
    // An expired token is everyday business: the first renewal goes at once, only failing ones are spaced out.
    if (next === 'renew' && this.#attempt === 0) {
      this.#attempt = 1;
      this.#dial();
      return;
    }
    this.#wait(meansOverload(code) ? OVERLOAD_DELAY_MS : 0);
  }

  /** @param {number} atLeast Milliseconds. */
  #wait(atLeast) {
    const restarting = this.#restartDelay !== null;
    const delay = this.#restartDelay ?? delayBefore(this.#attempt, this.#random(), atLeast);
    this.#restartDelay = null;
    this.#attempt += 1;
    this.#become({ name: 'waiting', retryAt: this.#clock.now() + delay, restarting });
    this.#cancelTimer = this.#clock.after(delay, () => this.#dial());
  }

  /** @param {number | null} code With which to close it; null if it is closed already. */
  #dropSocket(code) {
    this.#cancelTimer();
    this.#cancelPace();
    this.#liveness?.stop();
    this.#liveness = null;
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onmessage = null;
      socket.onclose = null;
      if (code !== null) socket.close(code);
    }
    const lost = [...this.#awaiting.values(), ...this.#queue.map((entry) => entry.onReply)];
    this.#awaiting.clear();
    this.#queue = [];
    for (const onReply of lost) onReply({ type: 'lost' });
  }

  /** @param {State} state */
  #become(state) {
    this.state = state;
    this.dispatchEvent(new Event('change'));
  }
}
