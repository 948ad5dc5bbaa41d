import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Problem } from '../../service/web/chat/problem.js';
import { info, message, posted, replay, snapshot, stage } from './room_stage.js';
import { settled } from './virtual_clock.js';

const run = (from, to) => Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);

/** A room of so many messages, of which the page gets the latest fifty; of the rest, fifty at a time. */
async function hall(length, { read = length } = {}) {
  const asked = [];
  const pages = async ({ before, after }) => {
    asked.push({ before, after });
    const from = before === undefined ? (after ?? length - 50) + 1 : Math.max(1, before - 50);
    const to = before === undefined ? Math.min(length, from + 49) : before - 1;
    const more = before === undefined && after !== undefined ? to < length : from > 1;
    return { items: run(from, to).map((seq) => message(seq)), next: more ? (before === undefined ? to : from) : null };
  };
  const one = async (id) => {
    if (id === 'm0') throw new Problem({ status: 404, code: 'not_found', detail: 'There is none.' });
    return message(Number(id.slice(1)));
  };
  const api = { message: one, read: async (slug, seq) => ({ seq, unread: length - seq, mentions: 1 }) };
  const all = await stage({ pages, api });
  const you = { role: 'member', can: ['see', 'read', 'join', 'post'], read, unread: length - read, mentions: 0 };
  all.room.join();
  all.wire.socket.ok('join', snapshot(run(length - 49, length), { room: info('lobby', { you }) }));
  const drawn = () => all.room.view.messages.map(({ seq }) => seq);
  return { ...all, asked, drawn };
}

test('a room in which nothing is new opens at its end', async () => {
  const { room, drawn, asked } = await hall(300);
  room.watch(true);
  await settled();
  assert.deepEqual([drawn().at(-1), room.view.atEnd, room.reading.line, asked], [300, true, null, []]);
});

test('a room opens at what is new, with the line below what was read', async () => {
  const { room, drawn, asked } = await hall(300, { read: 280 });
  room.watch(true);
  await settled();
  assert.deepEqual([room.view.target, room.reading.line, room.log.following], [{ to: 'line' }, 280, false]);
  assert.deepEqual([drawn().includes(280), drawn().includes(281), asked], [true, true, []]);
});

test('what is new far back is fetched from there, and nothing is shown before it is here', async () => {
  const { room, drawn, asked } = await hall(3_000, { read: 1_000 });
  room.watch(true);
  assert.equal(room.place.finding, true);
  await settled();
  assert.deepEqual(asked, [{ before: 1001, after: undefined }, { before: undefined, after: 1000 }]);
  assert.deepEqual([room.place.finding, drawn().includes(1_000), drawn().includes(1_001), room.view.atEnd], [false, true, true, false]);
  assert.equal(room.unread, 2_000);
});

test('without a network it opens at the end that it has', async () => {
  const { room, drawn } = await hall(3_000, { read: 1_000 });
  room.history.around = async () => {
    throw Problem.unreachable();
  };
  room.watch(true);
  await settled();
  assert.deepEqual([drawn().at(-1), room.log.following], [3_000, true]);
});

test('going to a message brings the window there, once', async () => {
  const { room, drawn, asked } = await hall(3_000);
  room.watch(true);
  await room.goTo('m700');
  assert.deepEqual([room.view.target, drawn().includes(700)], [{ to: 'message', id: 'm700' }, true]);
  assert.equal(asked.length, 2);
  await room.goTo(message(702));
  assert.equal(asked.length, 2, 'it is here already');
});

test('a reply is shown in its thread, and the room at the message that it answers', async () => {
  const { room } = await hall(3_000);
  await room.goTo(message(750, { root: 'm700' }));
  assert.deepEqual([room.openThread.id, room.openThread.wanted, room.view.target.id], ['m700', 'm750', 'm700']);
});

test('of two ways that one takes at once, the later one counts', async () => {
  const { room } = await hall(3_000);
  await Promise.all([room.goTo('m700'), room.goTo('m1500')]);
  assert.equal(room.view.target.id, 'm1500');
  await Promise.all([room.goTo('m700'), room.goToEnd()]);
  assert.deepEqual([room.view.target, room.log.messages.at(-1).seq], [{ to: 'end' }, 3_000]);
});

test('a message that is not there is said to be missing, for a while', async () => {
  const { room, clock } = await hall(100);
  await assert.rejects(room.goTo('m0'), Problem);
  assert.equal(room.place.missed, true);
  await clock.advance(8_000);
  assert.equal(room.place.missed, false);
});

test('what is said while one reads elsewhere moves nothing, and the way back to the end is there', async () => {
  const { room, drawn } = await hall(3_000);
  room.watch(true);
  await room.goTo('m700');
  const before = drawn();
  room.receive(posted(3_001));
  room.receive(posted(3_002));
  assert.deepEqual([drawn(), room.unread, room.view.atEnd], [before, 2, false]);
});

test('a room that went on untold brings who reads at the end to its end', async () => {
  const { room, drawn, reconnect, wire } = await hall(3_000);
  room.watch(true);
  await reconnect();
  wire.socket.ok('join', snapshot(run(4_951, 5_000)));
  assert.deepEqual([drawn().at(-1), room.log.seq], [5_000, 5_000]);
});

test('a room that went on untold leaves who reads elsewhere where they are, with what is there now', async () => {
  const { room, drawn, reconnect, wire } = await hall(3_000);
  room.watch(true);
  await room.goTo('m700');
  room.view.target = null;
  const middle = drawn()[Math.floor(drawn().length / 2)];
  await reconnect();
  wire.socket.ok('join', snapshot(run(4_951, 5_000)));
  assert.ok(drawn().includes(middle), 'it stays to be read until it has come anew');
  await settled();
  assert.deepEqual([drawn().includes(middle), room.view.target, room.log.seq, room.view.atEnd], [true, null, 5_000, false]);
});

test('a restored server’s log has no place to come back to', async () => {
  const { room, drawn, reconnect, wire } = await hall(3_000);
  await room.goTo('m700');
  await reconnect();
  wire.socket.ok('join', snapshot([1, 2], { epoch: 'e2' }));
  assert.deepEqual([drawn(), room.log.following], [[1, 2], true]);
});

test('what was missed is new: the line stands above it, and the view stays at the end', async () => {
  const { room, reconnect, wire } = await hall(100);
  room.watch(true);
  await reconnect();
  wire.socket.ok('join', replay([posted(101), posted(102)]));
  assert.deepEqual([room.reading.line, room.unread, room.log.following], [100, 2, true]);
});

test('marked unread, it stays so until one has left it', async () => {
  const { room, wire } = await hall(100);
  room.watch(true);
  await room.markUnread(message(90));
  room.seen(100);
  assert.deepEqual([room.unread, room.mentions, room.reading.line], [11, 1, 89]);
  assert.equal(wire.socket.last('read'), undefined);
  room.watch(false);
  room.left();
  room.watch(true);
  room.seen(100);
  assert.equal(room.unread, 0);
  assert.equal(wire.socket.last('read').seq, 100);
});
