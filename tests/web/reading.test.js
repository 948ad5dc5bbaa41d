import assert from 'node:assert/strict';
import { test } from 'node:test';

import { message, posted, replay, snapshot, info, stage } from './room_stage.js';
import { settled } from './virtual_clock.js';

const you = (read, unread, mentions = 0) => ({ role: 'member', can: ['see', 'read', 'join', 'post'], read, unread, mentions });
const reads = (wire) => wire.socket.sent.filter(({ type }) => type === 'read').map(({ seq }) => seq);

async function joined(read = 5, unread = 0) {
  const all = await stage();
  all.room.join();
  all.wire.socket.ok('join', snapshot([1, 2, 3, 4, 5], { room: info('lobby', { you: you(read, unread) }) }));
  return all;
}

test('how far one has read is told soon, and not with every message', async () => {
  const { room, wire, clock } = await joined();
  room.watch(true);
  for (const seq of [6, 7, 8]) room.receive(posted(seq));
  assert.deepEqual(reads(wire), [6]);
  await clock.advance(1_000);
  assert.deepEqual(reads(wire), [6, 8]);
  await clock.advance(10_000);
  assert.deepEqual(reads(wire), [6, 8]);
});

test('nobody has read what nobody looked at', async () => {
  const { room, wire, clock } = await joined();
  room.receive(posted(6));
  room.seen(6);
  await clock.advance(2_000);
  assert.deepEqual([room.unread, reads(wire)], [1, []]);
});

test('what stands on the screen is read, and the rest of it is not', async () => {
  const { room, wire } = await joined(1, 4);
  room.watch(true);
  room.seen(3);
  assert.deepEqual([room.unread, room.reading.line, reads(wire)], [2, 1, [3]]);
  room.seen(2);
  assert.equal(room.unread, 2, 'who scrolls back has read it all the same');
});

test('what was read without a connection is told after the next join', async () => {
  const { room, wire, reconnect } = await joined(1, 4);
  wire.socket.drop(1006);
  room.disconnected();
  room.watch(true);
  room.seen(5);
  await reconnect();
  wire.socket.ok('join', replay([], { seq: 5, room: info('lobby', { seq: 5, you: you(1, 4) }) }));
  assert.deepEqual([room.unread, reads(wire)], [0, [5]], 'the server’s answer is older than what one has read');
});

test('what is read on another device is read here', async () => {
  const { room, server, asked } = await joined(1, 4);
  room.receive({ type: 'read.changed', room: 'lobby', seq: 5 });
  assert.deepEqual([room.unread, asked], [0, []]);
  server.room = info('lobby', { seq: 5, you: you(2, 3, 1) });
  room.receive({ type: 'read.changed', room: 'lobby', seq: 2 });
  await settled();
  assert.deepEqual([room.unread, room.mentions], [3, 1]);
});

test('who is called is told so, until they have read it', async () => {
  const { room } = await joined();
  room.receive(posted(6));
  room.receive({ type: 'mentioned', room: 'lobby', message: message(6) });
  assert.deepEqual([room.unread, room.mentions], [1, 1]);
  room.watch(true);
  room.seen(6);
  assert.deepEqual([room.unread, room.mentions], [0, 0]);
  room.receive({ type: 'mentioned', room: 'lobby', message: message(4) });
  assert.equal(room.mentions, 0, 'it was read before one was told');
});

test('an answer from before an event does not take back what that one added', async () => {
  const { room } = await joined();
  room.receive(posted(6));
  room.receive(posted(7));
  room.know(info('lobby', { seq: 6, you: you(5, 1) }));
  assert.equal(room.unread, 2);
  room.know(info('lobby', { seq: 7, you: you(5, 2) }));
  assert.equal(room.unread, 2);
});

test('a room that is not heard is counted by what the list says of it', async () => {
  const { room } = await stage();
  room.know(info('lobby', { seq: 90, you: you(80, 7, 2) }));
  assert.deepEqual([room.unread, room.mentions], [7, 2]);
});

test('what was missed has its line, also where the list tells of it before the room does', async () => {
  const { room, wire, reconnect } = await joined();
  room.watch(true);
  await reconnect();
  room.know(info('lobby', { seq: 7, you: you(5, 2) }));
  wire.socket.ok('join', replay([posted(6), posted(7)], { room: info('lobby', { seq: 7, you: you(5, 2) }) }));
  assert.deepEqual([room.unread, room.reading.line], [2, 5]);
});

test('what one had unread again on another device stays so when this one is back', async () => {
  const { room, wire, reconnect } = await joined(1, 4);
  room.watch(true);
  room.seen(5);
  wire.socket.ok('read');
  room.watch(false);
  room.left();
  await reconnect();
  wire.socket.ok('join', replay([], { seq: 5, room: info('lobby', { seq: 5, you: you(2, 3) }) }));
  assert.deepEqual([room.unread, reads(wire)], [3, []]);
});
