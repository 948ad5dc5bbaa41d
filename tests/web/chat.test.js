import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Chat } from '../../service/web/chat/chat.js';
import { Nonces } from '../../service/web/chat/nonce.js';
import { Problem } from '../../service/web/chat/problem.js';
import { HELLO, line } from './line.js';
import { info, posted, snapshot } from './room_stage.js';
import { settled } from './virtual_clock.js';

const OUTSIDE = { role: null, can: ['see', 'read', 'join'] };

/** bob's chat: he is in the lobby and the den, and not in news. */
async function bobsChat(wanted = '') {
  const wire = line();
  const server = { rooms: [info('lobby'), info('den', { visibility: 'private' }), info('news', { you: OUTSIDE })] };
  const calls = [];
  const api = {
    rooms: async () => {
      calls.push('rooms');
      if (server.rooms instanceof Error) throw server.rooms;
      return server.rooms;
    },
    room: async (slug) => info(slug),
    threads: async () => [],
    createRoom: async (wish) => info(wish.slug),
    removeMember: async (slug, username) => calls.push(`remove ${username} from ${slug}`),
  };
  const chat = new Chat({ me: HELLO.user, connection: wire.connection, api, nonces: new Nonces(wire.clock, () => 0.5), clock: wire.clock });
  await chat.start(wanted, true);
  await settled();
  wire.socket.say(HELLO);
  return { chat, wire, server, calls, joined: (socket = wire.socket) => socket.sent.filter(({ type }) => type === 'join').map(({ room }) => room) };
}

function answerJoins(wire) {
  for (const { id, type, room } of [...wire.socket.sent]) {
    if (type === 'join') wire.socket.say({ type: 'ok', id, ...snapshot([1], { room: info(room) }) });
  }
}

test('it joins the rooms that one is in, the open one first, and no others: joining would make a member', async () => {
  const { chat, joined } = await bobsChat('lobby');
  assert.equal(chat.current.slug, 'lobby');
  assert.deepEqual(joined(), ['lobby', 'den']);
  assert.deepEqual(chat.others().map(({ slug }) => slug), ['news']);
});

test('an address that leads to a room of others shows its doorstep', async () => {
  const { chat, joined } = await bobsChat('news');
  assert.deepEqual([chat.current.slug, chat.current.state], ['news', 'outside']);
  assert.ok(!joined().includes('news'));
  chat.enter('news');
  assert.ok(joined().includes('news'));
  chat.open('lobby');
  assert.ok(chat.rooms.has('news'), 'what one entered stays on the list');
});

test('a doorstep that one turns away from is off the list again', async () => {
  const { chat } = await bobsChat('news');
  chat.open('lobby');
  assert.deepEqual(chat.list().map(({ slug }) => slug), ['den', 'lobby']);
});

test('frames reach their room, and what no one knows of is let be', async () => {
  const { chat, wire } = await bobsChat('lobby');
  answerJoins(wire);
  wire.socket.say(posted(2, { room: 'den' }));
  wire.socket.say(posted(2, { room: 'attic' }));
  wire.socket.say({ type: 'fireworks' });
  assert.deepEqual([chat.rooms.get('den').unread, chat.unread], [1, 1]);
});

test('room.changed carries the room itself, and still finds its way', async () => {
  const { chat, wire } = await bobsChat('lobby');
  answerJoins(wire);
  wire.socket.say({ type: 'room.changed', room: info('den'), seq: 2, at: HELLO.expires_at, by: 'ann' });
  assert.equal(chat.rooms.get('den').log.seq, 2);
});

test('after a loss every room resumes, as the server says that one is still in it', async () => {
  const { chat, wire, joined } = await bobsChat('lobby');
  answerJoins(wire);
  wire.socket.drop(1006);
  assert.deepEqual(chat.list().map(({ state }) => state), ['apart', 'apart']);
  await wire.clock.advance(1_000);
  wire.socket.say(HELLO);
  await settled();
  assert.deepEqual(joined(), ['lobby', 'den']);
  assert.equal(wire.socket.last('join').since, 1);
});

test('who was removed while away is told so, and is not carried back in', async () => {
  const { chat, wire, server, joined } = await bobsChat('lobby');
  answerJoins(wire);
  wire.socket.drop(1006);
  server.rooms = [info('lobby', { you: OUTSIDE })];
  await wire.clock.advance(1_000);
  wire.socket.say(HELLO);
  await settled();
  assert.deepEqual(joined(), []);
  assert.deepEqual(chat.list().map(({ slug, removal }) => [slug, removal.code]), [['den', 'not_found'], ['lobby', 'gone']]);
});

test('a list that was asked for before one joined does not put one out again', async () => {
  const { chat, wire, server } = await bobsChat('lobby');
  answerJoins(wire);
  wire.socket.say({ type: 'removed', room: 'lobby', code: 'kicked', by: 'mo' });
  server.rooms = [info('lobby', { you: OUTSIDE }), info('den')];
  wire.socket.say({ type: 'you.changed', user: HELLO.user });
  chat.enter('lobby');
  answerJoins(wire);
  await settled();
  const { state, info: room } = chat.rooms.get('lobby');
  assert.deepEqual([state, room.you.role], ['joined', 'member']);
});

test('where the list can’t be had after a loss, nothing is joined until it can', async () => {
  const { wire, server, joined } = await bobsChat('lobby');
  answerJoins(wire);
  wire.socket.drop(1006);
  const { rooms } = server;
  server.rooms = Problem.unreachable();
  await wire.clock.advance(1_000);
  wire.socket.say(HELLO);
  await settled();
  assert.deepEqual(joined(), []);
  server.rooms = rooms;
  await wire.clock.advance(2_000);
  assert.deepEqual(joined(), ['lobby', 'den']);
});

test('a new role looks at the doors again', async () => {
  const { chat, wire, server, calls } = await bobsChat('lobby');
  server.rooms = [...server.rooms, info('staff', { join_role: 'moderator' })];
  wire.socket.say({ type: 'you.changed', user: { ...HELLO.user, role: 'moderator' } });
  await settled();
  assert.deepEqual([chat.me.role, chat.rooms.has('staff'), calls.length], ['moderator', true, 2]);
});

test('a page in the background reads nothing', async () => {
  const { chat, wire } = await bobsChat('lobby');
  answerJoins(wire);
  chat.setVisible(false);
  wire.socket.say(posted(2));
  assert.equal(chat.unread, 1);
  chat.setVisible(true);
  chat.current.seen(2);
  assert.equal(chat.unread, 0);
});

test('leaving gives up membership and opens another room', async () => {
  const { chat, server, calls } = await bobsChat('lobby');
  server.rooms = server.rooms.filter(({ slug }) => slug !== 'lobby');
  await chat.leave('lobby');
  assert.ok(calls.includes('remove bob from lobby'));
  assert.deepEqual([chat.current.slug, chat.rooms.has('lobby')], ['den', false]);
});

test('a room that one made is joined and open', async () => {
  const { chat, joined } = await bobsChat('lobby');
  await chat.createRoom({ slug: 'garden' });
  assert.deepEqual([chat.current.slug, joined().at(-1)], ['garden', 'garden']);
});

test('who gets a place back is in the room again, and who was put out meanwhile stays out', async () => {
  const { chat, wire, server, joined } = await bobsChat('lobby');
  answerJoins(wire);
  wire.socket.say({ type: 'removed', room: 'lobby', code: 'banned', by: 'mo' });
  await settled();
  const before = joined().length;
  server.rooms = [info('lobby', { you: OUTSIDE }), info('den', { visibility: 'private' })];
  wire.socket.say({ type: 'invited', room: 'lobby', by: 'mo' });
  await settled();
  assert.equal(joined().length, before, 'the list says that one is no member');
  server.rooms = [info('lobby'), info('den', { visibility: 'private' })];
  wire.socket.say({ type: 'invited', room: 'lobby', by: 'mo' });
  await settled();
  assert.deepEqual([joined().length, joined().at(-1), chat.current.slug], [before + 1, 'lobby', 'lobby']);
});

test('of more rooms than a connection may hear, those are heard that one was in last', async () => {
  const wire = line();
  const slugs = ['a', 'b', 'c', 'd', 'e'];
  let asked = 0;
  const api = {
    rooms: async () => {
      asked += 1;
      return slugs.map((slug) => info(slug, { seq: asked, you: { role: 'member', can: ['post'], read: 0, unread: asked, mentions: 0 } }));
    },
    room: async (slug) => info(slug),
    threads: async () => [],
  };
  const chat = new Chat({ me: HELLO.user, connection: wire.connection, api, nonces: new Nonces(wire.clock, () => 0.5), clock: wire.clock });
  await chat.start('d', true);
  await settled();
  wire.socket.say({ ...HELLO, heartbeat: 1_000, limits: { ...HELLO.limits, rooms: 3 } });
  await settled();
  answerJoins(wire);
  const heard = () => chat.list().filter(({ state }) => state === 'joined').map(({ slug }) => slug);
  assert.deepEqual(heard(), ['a', 'b', 'd']);

  chat.open('e');
  answerJoins(wire);
  assert.deepEqual([heard(), wire.socket.last('leave').room], [['a', 'd', 'e'], 'b']);
  assert.equal(chat.rooms.get('b').isMember, true);

  const before = asked;
  await chat.loadRooms();
  await wire.clock.advance(60_000);
  assert.ok(asked > before + 1, 'what is not heard is asked for');
  assert.equal(chat.rooms.get('c').unread, asked);
});

test('without a server it begins with the rooms as they last were, and asks for them when it is there', async () => {
  const wire = line();
  let asked = 0;
  const api = {
    rooms: async () => {
      asked += 1;
      return [info('lobby'), info('news', { you: OUTSIDE })];
    },
    threads: async () => [],
  };
  const kept = [];
  const lastKnown = { keep: (me, directory) => kept.push([me.username, directory.map(({ slug }) => slug)]) };
  const chat = new Chat({ me: HELLO.user, connection: wire.connection, api, nonces: new Nonces(wire.clock, () => 0.5), clock: wire.clock, lastKnown });
  await chat.start('lobby', true, [info('lobby'), info('den')]);
  assert.deepEqual([chat.current.slug, chat.current.isMember, chat.list().length, asked, kept], ['lobby', true, 2, 0, []]);
  chat.current.send('from the train');
  assert.equal(chat.waiting, 1);

  await settled();
  wire.socket.say(HELLO);
  await settled();
  assert.deepEqual(wire.socket.sent.filter(({ type }) => type === 'join').map(({ room }) => room), ['lobby']);
  assert.equal(chat.rooms.get('den').isMember, false, 'one was put out meanwhile');
  assert.deepEqual(kept, [['bob', ['lobby', 'news']]]);
});
