import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Problem } from '../../service/web/chat/problem.js';
import { AT, message, snapshot, stage } from './room_stage.js';
import { settled } from './virtual_clock.js';

const REFUSED = { code: 'forbidden', message: 'Not any more.' };

async function joined(api) {
  const all = await stage({ api });
  all.room.join();
  all.wire.socket.ok('join', snapshot([1, 2]));
  const { room } = all;
  return { ...all, shown: () => room.shown(room.log.message('m1')) };
}

test('an edit is shown at once, and for good when the server has it', async () => {
  const { room, wire, shown } = await joined();
  room.edit(shown(), 'better');
  assert.deepEqual([shown().text, room.log.message('m1').text], ['better', 'message 1']);
  wire.socket.ok('edit', { message: { ...message(1), text: 'better', edited_at: AT } });
  assert.deepEqual([shown().edited_at, room.changes.of('m1')], [AT, []]);
});

test('a refused edit is taken back, and its text is not lost', async () => {
  const { room, wire, clock, shown } = await joined();
  room.edit(shown(), 'better');
  wire.socket.refuse('edit', REFUSED);
  await clock.advance(60_000);
  assert.equal(shown().text, 'message 1');
  const [{ text, refusal }] = room.changes.of('m1');
  assert.deepEqual([text, refusal.message], ['better', 'Not any more.']);
  room.changes.dismiss('m1');
  assert.deepEqual(room.changes.of('m1'), []);
});

test('an emoji is counted at once, once, and taken back if it is refused', async () => {
  const { room, wire, clock, shown } = await joined();
  room.react(shown(), '👍', true);
  room.react(shown(), '👍', true);
  assert.deepEqual(shown().reactions, [{ emoji: '👍', count: 1, users: ['bob'] }]);
  for (const { id, type } of wire.socket.sent) if (type === 'react') wire.socket.say({ type: 'error', id, ...REFUSED });
  assert.deepEqual([shown().reactions, room.changes.of('m1').length], [[], 1]);
  await clock.advance(15_000);
  assert.deepEqual(room.changes.of('m1'), [], 'it was said, and that is all');
});

test('what others do meanwhile is counted beside one’s own', async () => {
  const { room, wire, shown } = await joined();
  room.react(shown(), '👍', true);
  room.receive({ type: 'reaction.added', room: 'lobby', seq: 3, at: AT, message_id: 'm1', emoji: '👍', user: 'ann', count: 1 });
  assert.deepEqual(shown().reactions, [{ emoji: '👍', count: 2, users: ['ann', 'bob'] }]);
  const own = { type: 'reaction.added', room: 'lobby', seq: 4, at: AT, message_id: 'm1', emoji: '👍', user: 'bob', count: 2 };
  wire.socket.ok('react', { message: shown() });
  room.receive(own);
  assert.deepEqual(shown().reactions, [{ emoji: '👍', count: 2, users: ['ann', 'bob'] }]);
});

test('taken away again, it is gone at once', async () => {
  const { room, shown } = await joined();
  room.react(shown(), '👍', true);
  room.react(shown(), '👍', false);
  assert.deepEqual(shown().reactions, []);
});

test('without a connection nothing is pretended', async () => {
  const { room, wire, shown } = await joined();
  wire.socket.drop(1006);
  room.disconnected();
  room.react(shown(), '👍', true);
  assert.deepEqual([shown().reactions, room.changes.of('m1')[0].refusal.code], [[], 'unreachable']);
});

test('a pin is there at once, and among the room’s pins when the server says so', async () => {
  const pinned = { by: 'bob', at: AT };
  const { room, shown } = await joined({ pin: async () => ({ ...message(1), pinned }), pins: async () => [] });
  await room.pins.load();
  room.pin(shown(), true);
  assert.equal(shown().pinned.by, 'bob');
  await settled();
  room.receive({ type: 'message.pinned', room: 'lobby', seq: 3, at: AT, message_id: 'm1', by: 'bob' });
  assert.deepEqual(room.pins.items.map(({ id }) => id), ['m1']);
  room.receive({ type: 'message.unpinned', room: 'lobby', seq: 4, at: AT, message_id: 'm1', by: 'mo' });
  assert.deepEqual([room.pins.items, shown().pinned], [[], undefined]);
});

test('a refused pin is taken back', async () => {
  const pin = async () => {
    throw new Problem({ status: 403, code: 'forbidden', detail: 'Only moderators pin.' });
  };
  const { room, shown } = await joined({ pin });
  room.pin(shown(), true);
  await settled();
  assert.deepEqual([shown().pinned, room.changes.of('m1')[0].refusal.message], [undefined, 'Only moderators pin.']);
});
