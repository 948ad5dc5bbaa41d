import assert from 'node:assert/strict';
import { test } from 'node:test';

import { HELLO_WITHIN_MS, OVERLOAD_DELAY_MS, STABLE_AFTER_MS } from '../../service/web/chat/connection.js';
import { ANSWER_WITHIN_MS } from '../../service/web/chat/liveness.js';
import { SessionEnded } from '../../service/web/chat/session.js';
import { HELLO, line } from './line.js';
import { settled } from './virtual_clock.js';

test('the token goes in the subprotocol, never in the address', async () => {
  const wire = line();
  await wire.open();
  assert.deepEqual(wire.socket.protocols, ['folkmoot.v1', 'bearer.t1']);
  assert.equal(wire.connection.state.name, 'open');
});

test('each command gets its own reply, in whatever order they come', async () => {
  const wire = line();
  await wire.open();
  const replies = [];
  wire.connection.command({ type: 'ping' }, (reply) => replies.push(['first', reply.type]));
  wire.connection.command({ type: 'leave', room: 'den' }, (reply) => replies.push(['second', reply.code]));
  const [first, second] = wire.socket.sent;
  wire.socket.say({ type: 'error', id: second.id, code: 'not_found', message: 'There is no such room.' });
  wire.socket.say({ type: 'ok', id: first.id });
  assert.deepEqual(replies, [['second', 'not_found'], ['first', 'ok']]);
});

test('what was under way when the line went is told so, once', async () => {
  const wire = line();
  await wire.open();
  const replies = [];
  wire.connection.command({ type: 'ping' }, (reply) => replies.push(reply.type));
  const { socket } = wire;
  socket.drop(1006);
  socket.ok('ping');
  assert.deepEqual(replies, ['lost']);
});

test('a command while there is no line is lost at once, and is not sent later by accident', async () => {
  const wire = line();
  await wire.open();
  wire.socket.drop(1006);
  const replies = [];
  wire.connection.command({ type: 'send' }, (reply) => replies.push(reply.type));
  await wire.clock.advance(60_000);
  wire.socket.say(HELLO);
  assert.deepEqual(replies, ['lost']);
  assert.deepEqual(wire.socket.sent, []);
});

test('after a loss it comes back by itself, later with each failure', async () => {
  const wire = line();
  await wire.open();
  await wire.clock.advance(STABLE_AFTER_MS);
  const delays = [];
  for (let i = 0; i < 4; i += 1) {
    const before = wire.clock.now();
    wire.socket.drop(1006);
    delays.push(wire.connection.state.retryAt - before);
    await wire.clock.advance(delays.at(-1));
  }
  assert.deepEqual(delays, [250, 500, 1_000, 2_000]);
  assert.equal(wire.sockets.length, 5);
});

test('a connection that held starts the schedule over; one that only opened does not', async () => {
  const wire = line();
  await wire.open();
  wire.socket.drop(1006);
  await wire.clock.advance(250);
  wire.socket.say(HELLO);
  wire.socket.drop(1006);
  assert.equal(wire.connection.state.retryAt - wire.clock.now(), 500);
  await wire.clock.advance(500);
  wire.socket.say(HELLO);
  await wire.clock.advance(STABLE_AFTER_MS);
  wire.socket.drop(1006);
  assert.equal(wire.connection.state.retryAt - wire.clock.now(), 250);
});

test('an overloaded server is left alone for a while', async () => {
  const wire = line();
  await wire.open();
  wire.socket.drop(1013);
  assert.equal(wire.connection.state.retryAt - wire.clock.now(), OVERLOAD_DELAY_MS);
});

test('a restart says when to come back, and is believed', async () => {
  const wire = line();
  await wire.open();
  wire.socket.say({ type: 'restart', reconnect_in_ms: 7_300 });
  wire.socket.drop(1012);
  assert.deepEqual({ ...wire.connection.state }, { name: 'waiting', retryAt: wire.clock.now() + 7_300, restarting: true });
  await wire.clock.advance(7_300);
  wire.socket.drop(1006);
  assert.equal(wire.connection.state.restarting, false);
});

test('4100 to 4199 get a new token first: at once, and then by the schedule', async () => {
  const wire = line();
  await wire.open();
  await wire.clock.advance(STABLE_AFTER_MS);
  wire.socket.drop(4100);
  await settled();
  assert.deepEqual(wire.socket.protocols, ['folkmoot.v1', 'bearer.t2']);
  wire.socket.drop(4101);
  assert.equal(wire.connection.state.name, 'waiting');
  await wire.clock.advance(wire.connection.state.retryAt - wire.clock.now());
  assert.deepEqual(wire.socket.protocols, ['folkmoot.v1', 'bearer.t3']);
});

test('a session that has ended ends the attempts', async () => {
  const wire = line();
  await wire.open();
  wire.session.ended = new SessionEnded();
  wire.socket.drop(4101);
  await wire.clock.advance(3_600_000);
  assert.equal(wire.connection.state.name, 'idle');
  assert.equal(wire.sockets.length, 1);
});

test('no network for the token is a loss like any other', async () => {
  const wire = line();
  wire.session.ended = new Error('no network');
  wire.connection.start();
  await settled();
  assert.equal(wire.connection.state.name, 'waiting');
  wire.session.ended = null;
  await wire.clock.advance(1_000);
  assert.equal(wire.sockets.length, 1);
});

test('4200 to 4299 stay away, until the person says otherwise', async () => {
  const wire = line();
  await wire.open();
  wire.socket.drop(4242);
  await wire.clock.advance(3_600_000);
  wire.connection.wake();
  await settled();
  assert.deepEqual(wire.connection.state, { name: 'stopped', code: 4242 });
  assert.equal(wire.sockets.length, 1);
  wire.connection.retryNow();
  await settled();
  assert.equal(wire.sockets.length, 2);
});

test('a token that is about to expire is renewed on the open socket', async () => {
  const wire = line();
  await wire.open();
  wire.socket.say({ type: 'auth.expiring', expires_at: HELLO.expires_at });
  await settled();
  assert.equal(wire.socket.last('auth').token, 't2');
  assert.equal(wire.sockets.length, 1);
});

test('a renewal that outlives its socket is not sent on the next one', async () => {
  const wire = line();
  await wire.open();
  wire.socket.say({ type: 'auth.expiring', expires_at: HELLO.expires_at });
  wire.socket.drop(1006);
  await wire.clock.advance(1_000);
  wire.socket.say(HELLO);
  await settled();
  assert.equal(wire.socket.last('auth'), undefined);
});

test('a server that says nothing at all is given up in time', async () => {
  const wire = line();
  wire.connection.start();
  await settled();
  const { socket } = wire;
  await wire.clock.advance(HELLO_WITHIN_MS);
  assert.equal(socket.closedWith, 1000);
  assert.equal(wire.connection.state.name, 'waiting');
});

test('a line that died without a word is found out by a ping, and left', async () => {
  const wire = line();
  await wire.open();
  await wire.clock.advance(HELLO.heartbeat * 1_000);
  assert.equal(wire.socket.sent.filter(({ type }) => type === 'ping').length, 1);
  await wire.clock.advance(ANSWER_WITHIN_MS);
  assert.equal(wire.connection.state.name, 'waiting');
});

test('a line that answers stays, however quiet it is', async () => {
  const wire = line();
  await wire.open();
  for (let i = 0; i < 20; i += 1) {
    await wire.clock.advance(HELLO.heartbeat * 1_000);
    wire.socket.ok('ping');
  }
  assert.equal(wire.connection.state.name, 'open');
  assert.equal(wire.sockets.length, 1);
});

test('a network that came back cuts the waiting short', async () => {
  const wire = line();
  await wire.open();
  for (const delay of [250, 500, 1_000, 2_000, 4_000]) {
    wire.socket.drop(1006);
    await wire.clock.advance(delay);
  }
  wire.socket.drop(1006);
  wire.connection.wake();
  await settled();
  assert.equal(wire.connection.state.name, 'connecting');
});

test('commands keep under the limit that hello told', async () => {
  const wire = line();
  await wire.open({ ...HELLO, limits: { ...HELLO.limits, commands_per_second: 10 } });
  for (let i = 0; i < 30; i += 1) wire.connection.command({ type: 'join', room: `room-${i}` });
  assert.equal(wire.socket.sent.length, 8);
  await wire.clock.advance(1_000);
  assert.equal(wire.socket.sent.length, 16);
  await wire.clock.advance(2_000);
  assert.deepEqual(wire.socket.sent.map(({ room }) => room), Array.from({ length: 30 }, (_, i) => `room-${i}`));
});

test('stopped, it leaves nothing ticking', async () => {
  const wire = line();
  await wire.open();
  wire.connection.stop();
  assert.equal(wire.socket.closedWith, 1000);
  assert.equal(wire.clock.pending, 0);
});
