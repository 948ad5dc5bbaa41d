import assert from 'node:assert/strict';
import { test } from 'node:test';

import { posted, replay, snapshot, stage, info } from './room_stage.js';
import { settled } from './virtual_clock.js';

test('a fresh join asks for nothing in particular and shows what it gets', async () => {
  const { room, wire, texts } = await stage();
  room.join();
  assert.deepEqual(Object.keys(wire.socket.last('join')).sort(), ['id', 'room', 'type']);
  wire.socket.ok('join', snapshot([1, 2]));
  assert.deepEqual(texts(), ['message 1', 'message 2']);
  assert.equal(room.state, 'joined');
});

test('after a drop it resumes from where it was, and ends with the same log as one that never dropped', async () => {
  const { room, wire, texts, reconnect } = await stage();
  room.join();
  wire.socket.ok('join', snapshot([1, 2]));
  room.receive(posted(3));
  await reconnect();
  const { since, epoch } = wire.socket.last('join');
  assert.deepEqual({ since, epoch }, { since: 3, epoch: 'e1' });
  wire.socket.ok('join', replay([posted(4), posted(5)]));
  room.receive(posted(5));
  room.receive(posted(6));
  assert.deepEqual(texts(), [1, 2, 3, 4, 5, 6].map((seq) => `message ${seq}`));
});

test('another epoch begins the log anew', async () => {
  const { room, wire, texts, reconnect } = await stage();
  room.join();
  wire.socket.ok('join', snapshot([1, 2, 3]));
  await reconnect();
  wire.socket.ok('join', snapshot([1], { epoch: 'e2' }));
  assert.deepEqual([texts(), room.log.epoch, room.log.seq], [['message 1'], 'e2', 1]);
});

test('a hole is answered with one join from before it, however many events follow', async () => {
  const { room, wire, texts } = await stage();
  room.join();
  wire.socket.ok('join', snapshot([1]));
  for (const seq of [3, 4, 5]) room.receive(posted(seq));
  const joins = wire.socket.sent.filter(({ type }) => type === 'join');
  assert.deepEqual(joins.map(({ since }) => since), [undefined, 1]);
  wire.socket.ok('join', replay([2, 3, 4, 5].map((seq) => posted(seq))));
  assert.equal(texts().length, 5);
});

test('a message is pending, sent, and then simply there', async () => {
  const { room, wire, texts } = await stage();
  room.join();
  wire.socket.ok('join', snapshot([1]));
  room.send('  hello  ');
  assert.deepEqual(room.outbox.items.map(({ state, text }) => [state, text]), [['sending', 'hello']]);
  const { nonce, text } = wire.socket.last('send');
  const event = posted(2, { author: 'bob', text, nonce });
  wire.socket.ok('send', { message: event.message, duplicate: false });
  assert.deepEqual(room.outbox.items.map(({ state }) => state), ['sent']);
  room.receive(event);
  assert.deepEqual([texts().at(-1), room.outbox.items], ['hello', []]);
});

test('a send whose answer was lost is sent again under its nonce, and stands once', async () => {
  const { room, wire, texts, reconnect } = await stage();
  room.join();
  wire.socket.ok('join', snapshot([1]));
  room.send('hello');
  const { nonce } = wire.socket.last('send');
  const event = posted(2, { author: 'bob', text: 'hello', nonce });
  await reconnect();
  wire.socket.ok('join', replay([event]));
  assert.equal(wire.socket.last('send').nonce, nonce);
  wire.socket.ok('send', { message: event.message, duplicate: true });
  assert.deepEqual([texts(), room.outbox.items], [['message 1', 'hello'], []]);
});

test('what a restored server has forgotten is sent again, under its nonce', async () => {
  const { room, wire, reconnect } = await stage();
  room.join();
  wire.socket.ok('join', snapshot([1, 2, 3]));
  room.send('hello');
  const { nonce } = wire.socket.last('send');
  wire.socket.ok('send', { message: posted(4, { author: 'bob', nonce }).message, duplicate: false });
  await reconnect();
  wire.socket.ok('join', snapshot([1], { epoch: 'e2' }));
  assert.equal(wire.socket.last('send').nonce, nonce);
});

test('what is written while there is no connection goes when there is one, in order', async () => {
  const { room, wire, reconnect } = await stage();
  room.join();
  wire.socket.ok('join', snapshot([1]));
  wire.socket.drop(1006);
  room.disconnected();
  room.send('one');
  room.send('two');
  await wire.clock.advance(0);
  await reconnect();
  assert.equal(wire.socket.last('send'), undefined, 'nothing goes before the room is joined');
  wire.socket.ok('join', replay([], { seq: 1 }));
  assert.equal(wire.socket.last('send').text, 'one');
  wire.socket.ok('send', { message: posted(2, { author: 'bob' }).message, duplicate: false });
  assert.equal(wire.socket.last('send').text, 'two');
});

test('slow mode sends it by itself when its time has come', async () => {
  const { room, wire, clock } = await stage();
  room.join();
  wire.socket.ok('join', snapshot([1]));
  room.send('hello');
  wire.socket.refuse('send', { code: 'slow_mode', message: 'The room is in slow mode.', retry_after: 3 });
  await clock.advance(2_999);
  assert.equal(wire.socket.sent.filter(({ type }) => type === 'send').length, 1);
  await clock.advance(1);
  assert.equal(wire.socket.sent.filter(({ type }) => type === 'send').length, 2);
});

test('removed, it says why, stops talking, and does not rejoin by itself', async () => {
  const { room, wire, clock } = await stage();
  room.join();
  wire.socket.ok('join', snapshot([1]));
  room.receive({ type: 'removed', room: 'lobby', code: 'kicked', by: 'mo', reason: 'too loud' });
  assert.equal(room.state, 'out');
  assert.deepEqual([room.removal.code, room.removal.by], ['kicked', 'mo']);
  const before = wire.socket.sent.length;
  room.send('but');
  room.disconnected();
  await clock.advance(3_600_000);
  assert.equal(room.state, 'out');
  assert.deepEqual(wire.socket.sent.slice(before).filter(({ type }) => type !== 'ping'), []);
});

test('a refused join stays refused, unless time alone can cure it', async () => {
  const { room, wire, clock } = await stage();
  room.join();
  wire.socket.refuse('join', { code: 'rate_limited', message: 'Too many.', retry_after: 2 });
  await clock.advance(2_000);
  assert.equal(wire.socket.sent.filter(({ type }) => type === 'join').length, 2);
  wire.socket.refuse('join', { code: 'role_too_low', message: 'This room is for moderators.' });
  await clock.advance(20_000);
  assert.equal(wire.socket.sent.filter(({ type }) => type === 'join').length, 2);
  assert.equal(room.state, 'refused');
});

test('unread counts what others say while nobody looks, and the line stands below what was read', async () => {
  const { room, wire } = await stage();
  room.join();
  wire.socket.ok('join', snapshot([1]));
  room.receive(posted(2));
  room.receive(posted(3));
  assert.deepEqual([room.unread, room.reading.line], [2, 1]);
  room.receive(posted(4, { author: 'bob' }));
  assert.equal(room.unread, 0, 'who says something has read what stands above it');
  room.receive(posted(5));
  room.watch(true);
  room.seen(5);
  assert.deepEqual([room.unread, room.reading.line], [0, 4]);
  room.goToEnd();
  room.receive(posted(6));
  assert.deepEqual([room.unread, room.reading.seq], [0, 6], 'who looks at the end sees it come');
  room.watch(false);
  room.receive(posted(7));
  assert.deepEqual([room.unread, room.reading.line], [1, 4]);
  room.left();
  assert.equal(room.reading.line, null);
});

test('who types is shown for a while, or until they say it', async () => {
  const { room, wire, clock } = await stage();
  room.join();
  wire.socket.ok('join', snapshot([1], { online: ['ann', 'bob', 'cyn'] }));
  room.receive({ type: 'typing', room: 'lobby', user: 'ann' });
  room.receive({ type: 'typing', room: 'lobby', user: 'cyn' });
  room.receive(posted(2, { author: 'ann' }));
  assert.deepEqual(room.presence.typing, ['cyn']);
  await clock.advance(6_000);
  assert.deepEqual(room.presence.typing, []);
});

test('one’s own typing is told every few seconds, not with every key, and anew after a message', async () => {
  const { room, wire, clock } = await stage();
  const told = () => wire.socket.sent.filter(({ type }) => type === 'typing').length;
  room.typing();
  assert.equal(told(), 0, 'not before the room is joined');
  room.join();
  wire.socket.ok('join', snapshot([1]));
  room.typing();
  room.typing();
  assert.equal(told(), 1);
  await clock.advance(3_000);
  room.typing();
  assert.equal(told(), 2);
  room.send('hello');
  room.typing();
  assert.equal(told(), 3);
});

test('presence begins anew with every join', async () => {
  const { room, wire, reconnect } = await stage();
  room.join();
  wire.socket.ok('join', snapshot([1], { online: ['ann', 'bob'] }));
  room.receive({ type: 'presence', room: 'lobby', user: 'cyn', state: 'online' });
  room.receive({ type: 'presence', room: 'lobby', user: 'ann', state: 'offline' });
  assert.deepEqual([...room.presence.online].sort(), ['bob', 'cyn']);
  await reconnect();
  wire.socket.ok('join', replay([], { seq: 1, online: ['bob'] }));
  assert.deepEqual([...room.presence.online], ['bob']);
});

test('catching up is over with the next event', async () => {
  const { room, wire } = await stage();
  room.join();
  wire.socket.ok('join', snapshot([1]));
  room.receive({ type: 'lagging', room: 'lobby', from: 1 });
  assert.equal(room.lagging, true);
  room.receive(posted(2));
  assert.equal(room.lagging, false);
});

test('a notice that carries a seq is no event', async () => {
  const { room, wire } = await stage();
  room.join();
  wire.socket.ok('join', snapshot([1]));
  room.receive({ type: 'read.changed', room: 'lobby', seq: 9 });
  assert.equal(room.log.seq, 1);
  assert.equal(wire.socket.sent.filter(({ type }) => type === 'join').length, 1);
});

test('new settings are asked for, as what one may do under them only the server knows', async () => {
  const { room, wire } = await stage();
  room.join();
  wire.socket.ok('join', snapshot([1]));
  room.receive({ type: 'room.changed', room: info('lobby', { you: undefined }), seq: 2, at: '2026-09-22T12:30:00.000Z', by: 'ann' });
  await settled();
  assert.deepEqual([room.info.topic, room.info.you.role], ['fresh', 'member']);
});

test('older messages come one page at a time, also when two ask', async () => {
  const asked = [];
  const pages = async (from) => {
    asked.push(from);
    return { items: [posted(1).message], next: null };
  };
  const { room, wire, texts } = await stage({ pages });
  room.join();
  wire.socket.ok('join', snapshot(Array.from({ length: 50 }, (_, i) => i + 2)));
  await Promise.all([room.history.show('older'), room.history.show('older')]);
  await room.history.show('older');
  assert.deepEqual(asked, [{ before: 2 }]);
  assert.equal(texts()[0], 'message 1');
});

test('text is tidied before it is sent: no NUL, no half of a character', async () => {
  const { room, wire } = await stage();
  room.join();
  wire.socket.ok('join', snapshot([1]));
  room.send(' \u0000 ');
  assert.equal(wire.socket.last('send'), undefined);
  room.send('a\u0000b\ud800');
  assert.equal(wire.socket.last('send').text, 'ab\ufffd');
});
