import assert from 'node:assert/strict';
import { test } from 'node:test';

import { AT, message, posted, snapshot, stage } from './room_stage.js';

const reply = (seq, options) => posted(seq, { root: 'm1', ...options });

/** bob's lobby, in which ann said something that has been answered twice. */
async function answered({ followed = [], replies = [2, 3] } = {}) {
  const told = [];
  const api = {
    thread: async (id, after) => ({ items: replies.filter((seq) => seq > after).map((seq) => message(seq, { root: id })), next: null }),
    threads: async () => followed,
    message: async (id) => message(Number(id.slice(1))),
    followThread: async (id, on) => told.push(`${on ? 'follow' : 'leave'} ${id}`),
    readThread: async (id, seq) => told.push(`read ${id} ${seq}`),
  };
  const all = await stage({ api });
  all.room.join();
  all.wire.socket.ok('join', snapshot([1], { seq: 3 }));
  await all.threads.load();
  const thread = all.room.thread('m1');
  return { ...all, thread, told, texts: () => thread.replies.map(({ text }) => text) };
}

const FOLLOWED = [{ message: { ...message(1), thread: { replies: 2, last_seq: 3, last_at: AT } }, read: 3, unread: 0 }];

test('replies stand in their thread, and in the room as a number', async () => {
  const { room, thread, texts } = await answered();
  await thread.load();
  room.receive(reply(4));
  assert.deepEqual(texts(), ['message 2', 'message 3', 'message 4']);
  assert.deepEqual(room.log.messages.map(({ seq }) => seq), [1]);
  assert.equal(thread.root.thread.last_seq, 4);
  assert.equal(room.unread, 0, 'a room is not unread for what is said in its threads');
});

test('a reply that came while the page was on its way stands there once', async () => {
  const { room, thread, texts } = await answered({ replies: [2, 3, 4] });
  const loading = thread.load();
  room.receive(reply(4));
  await loading;
  room.receive(reply(5));
  assert.deepEqual(texts(), ['message 2', 'message 3', 'message 4', 'message 5']);
});

test('what happens to a reply happens in its thread', async () => {
  const { room, thread } = await answered();
  await thread.load();
  room.receive({ type: 'reaction.added', room: 'lobby', seq: 4, at: AT, message_id: 'm2', emoji: '👍', user: 'ann', count: 1 });
  room.receive({ type: 'message.deleted', room: 'lobby', seq: 5, at: AT, message_id: 'm3', by: 'mo' });
  assert.deepEqual(thread.replies.map(({ reactions, deleted }) => [reactions.length, deleted?.by]), [[1, undefined], [0, 'mo']]);
});

test('what one writes there is on its way there, and not in the room', async () => {
  const { room, thread, wire } = await answered();
  await thread.load();
  thread.send('yes');
  assert.deepEqual(thread.outgoing.map(({ text }) => text), ['yes']);
  const { reply_to: to, nonce } = wire.socket.last('send');
  assert.equal(to, 'm1');
  const event = reply(4, { author: 'bob', text: 'yes', nonce });
  wire.socket.ok('send', { message: event.message, duplicate: false });
  room.receive(event);
  assert.deepEqual([thread.outgoing, thread.replies.at(-1).text], [[], 'yes']);
});

test('a thread that one follows counts what others say in it, until one has read it', async () => {
  const { room, thread, threads, told } = await answered({ followed: FOLLOWED });
  await thread.load();
  assert.equal(thread.followed, true);
  room.receive(reply(4));
  assert.deepEqual([thread.unread, threads.unread], [1, 1]);
  thread.read();
  assert.deepEqual([thread.unread, told], [0, ['read m1 4']]);
  thread.read();
  assert.equal(told.length, 1);
});

test('what one reads of it on another device is read here, too', async () => {
  const followed = structuredClone(FOLLOWED);
  const { room, thread } = await answered({ followed });
  room.receive(reply(4));
  assert.equal(thread.unread, 1);
  room.receive({ type: 'thread.read', room: 'lobby', message_id: 'm1', seq: 4 });
  assert.equal(thread.unread, 0);
  Object.assign(followed[0], { read: 2, unread: 2 });
  room.receive({ type: 'thread.read', room: 'lobby', message_id: 'm1', seq: 2 });
  await Promise.resolve();
  await Promise.resolve();
  assert.equal(thread.unread, 2, 'and what is to be unread again');
});

test('who answers follows, and has read what they answer', async () => {
  const { room, thread, threads } = await answered();
  await thread.load();
  assert.equal(thread.followed, false);
  room.receive(reply(4, { author: 'bob' }));
  assert.deepEqual([thread.followed, thread.unread, threads.list().length], [true, 0, 1]);
});

test('one follows, or no longer, as one likes', async () => {
  const { thread, told } = await answered({ followed: FOLLOWED });
  await thread.follow(false);
  assert.equal(thread.followed, false);
  await thread.follow(true);
  assert.deepEqual([thread.followed, told], [true, ['leave m1', 'follow m1']]);
});

test('a thread’s root that is not here any more is fetched', async () => {
  const { room } = await answered();
  const thread = room.thread('m900');
  await thread.load();
  assert.equal(thread.root.text, 'message 900');
});

test('its draft is its own', async () => {
  const { room, thread } = await answered();
  thread.draft = 'maybe';
  room.draft = 'hello';
  assert.deepEqual([room.thread('m1').draft, room.draft], ['maybe', 'hello']);
});
