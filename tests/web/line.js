/**
 * A server's side of WebSockets, without a network: it records what the page sends and says what the test wants said.
 */

import { Connection } from '../../service/web/chat/connection.js';
import { VirtualClock, settled } from './virtual_clock.js';

export const HELLO = {
  type: 'hello',
  user: { id: 'u-bob', username: 'bob', name: 'Bob', role: 'member', bot: false },
  session: 's-1',
  scope: 'chat:read chat:write',
  expires_at: '2026-09-22T12:41:40.000Z',
  heartbeat: 25,
  limits: { text: 4000, frame: 65536, nonce: 64, rooms: 100, commands_per_second: 50 },
  server: { version: '1', node: 'a' },
};

/** One socket as the browser would hold it. */
export class FakeSocket {
  sent = [];
  closedWith = null;
  onmessage = null;
  onclose = null;

  constructor(protocols) {
    this.protocols = protocols;
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close(code) {
    this.closedWith = code;
  }

  /** The server says something. */
  say(frame) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  /** The server, or the network, ends it. */
  drop(code) {
    this.onclose?.({ code });
  }

  /** The last command of a type. */
  last(type) {
    return this.sent.findLast((frame) => frame.type === type);
  }

  /** Answers the last command of a type. */
  ok(type, carries = {}) {
    this.say({ type: 'ok', id: this.last(type).id, ...carries });
  }

  refuse(type, refusal) {
    this.say({ type: 'error', id: this.last(type).id, ...refusal });
  }
}

/** A session that has tokens t1, t2, … */
export class FakeSession {
  count = 1;
  ended = null;
  token = async () => this.#current();
  refresh = async () => {
    this.count += 1;
    return this.#current();
  };

  #current() {
    if (this.ended) throw this.ended;
    return `t${this.count}`;
  }
}

/** A connection with all that it needs, on a line that the test holds the other end of. */
export function line({ chance = 0 } = {}) {
  const clock = new VirtualClock();
  const session = new FakeSession();
  const sockets = [];
  const connect = (protocols) => {
    sockets.push(new FakeSocket(protocols));
    return sockets.at(-1);
  };
  const connection = new Connection({ connect, session, clock, random: () => chance });
  const frames = [];
  connection.addEventListener('frame', (event) => frames.push(event.detail));
  return {
    clock,
    session,
    sockets,
    connection,
    frames,
    get socket() {
      return sockets.at(-1);
    },
    async open(hello = HELLO) {
      connection.start();
      await settled();
      sockets.at(-1).say(hello);
    },
  };
}
