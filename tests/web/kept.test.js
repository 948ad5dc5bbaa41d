import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Claims } from '../../service/web/chat/claims.js';
import { Drafts } from '../../service/web/chat/drafts.js';
import { Postbox } from '../../service/web/chat/postbox.js';
import { MemoryStore } from '../../service/web/chat/store.js';
import { Chat } from '../../service/web/chat/chat.js';
import { Nonces } from '../../service/web/chat/nonce.js';
import { HELLO, line } from './line.js';
import { info, posted, snapshot } from './room_stage.js';
import { VirtualClock, settled } from './virtual_clock.js';

/** The browser's locks, for all of its tabs: what a tab holds is free when the tab ends. */
class FakeLocks {
  #held = new Map();
  #turn = Promise.resolve();

  of(tab) {
    return {
      request: (name, act) => {
        const turn = this.#turn.then(async () => {
          this.#held.set(name, tab);
          if (name.startsWith('folkmoot tab ')) return;
          await act();
          this.#held.delete(name);
        });
        this.#turn = turn;
        return turn;
      },
      query: async () => ({ held: [...this.#held.keys()].map((name) => ({ name })) }),
    };
  }

  end(tab) {
    for (const [name, holder] of this.#held) if (holder === tab) this.#held.delete(name);
  }
}

/** bob in one tab of a browser; what is `kept` is the browser's. */
async function tab(name, { store, locks }) {
  const wire = line();
  const api = { rooms: async () => [info('lobby'), info('den')], threads: async () => [], room: async (slug) => info(slug) };
  const claims = new Claims(locks?.of(name), name);
  const nonces = new Nonces(wire.clock, () => name.charCodeAt(0) / 256);
  const chat = new Chat({ me: HELLO.user, connection: wire.connection, api, nonces, clock: wire.clock, store, claims });
  await chat.start('lobby', true);
  await settled();
  const lobby = chat.rooms.get('lobby');
  return {
    chat,
    wire,
    lobby,
    sent: () => wire.socket.sent.filter(({ type }) => type === 'send').map(({ text }) => text),
    /** The connection comes, and the rooms with it. */
    async connect() {
      wire.socket.say(HELLO);
      await settled();
      for (const { id, type, room } of [...wire.socket.sent]) {
        if (type === 'join') wire.socket.say({ type: 'ok', id, ...snapshot([1], { room: info(room) }) });
      }
      await settled();
    },
    ok() {
      const { text, nonce, room } = wire.socket.last('send');
      wire.socket.ok('send', { message: posted(2, { author: 'bob', text, nonce, room }).message, duplicate: false });
    },
  };
}

const browser = () => ({ store: new MemoryStore(), locks: new FakeLocks() });

test('what was written without a network is sent after a reload, in order, each once', async () => {
  const kept = browser();
  const before = await tab('a', kept);
  before.lobby.send('one');
  before.lobby.send('two');
  assert.equal(before.chat.waiting, 2);
  kept.locks.end('a');

  const after = await tab('b', kept);
  assert.deepEqual(after.lobby.outbox.items.map(({ text, state }) => [text, state]), [['one', 'waiting'], ['two', 'waiting']]);
  await after.connect();
  after.ok();
  after.ok();
  assert.deepEqual(after.sent(), ['one', 'two']);
  kept.locks.end('b');
  assert.deepEqual((await tab('c', kept)).lobby.outbox.items, [], 'the server has it, so the browser need not');
});

test('what was sent without an answer goes again after a reload, under its nonce', async () => {
  const kept = browser();
  const before = await tab('a', kept);
  await before.connect();
  before.lobby.send('hello');
  const { nonce } = before.wire.socket.last('send');
  kept.locks.end('a');
  const after = await tab('b', kept);
  await after.connect();
  assert.equal(after.wire.socket.last('send').nonce, nonce);
});

test('of two tabs, the one that wrote it sends it', async () => {
  const kept = browser();
  const first = await tab('a', kept);
  first.lobby.send('mine');
  await settled();
  const second = await tab('b', kept);
  await second.connect();
  assert.deepEqual([second.sent(), second.lobby.outbox.items], [[], []]);
  kept.locks.end('a');
  second.wire.socket.drop(1006);
  await second.wire.clock.advance(1_000);
  await second.connect();
  assert.deepEqual(second.sent(), ['mine'], 'what a tab leaves behind is taken over by one that is there');
});

test('where a browser has no locks, the nonce alone has to do', async () => {
  const store = new MemoryStore();
  const first = await tab('a', { store });
  first.lobby.send('mine');
  await settled();
  const second = await tab('b', { store });
  await second.connect();
  assert.equal(second.wire.socket.last('send').nonce, first.lobby.outbox.items[0].nonce);
});

test('what was refused is refused still after a reload, and what was discarded is gone', async () => {
  const kept = browser();
  const before = await tab('a', kept);
  await before.connect();
  before.lobby.send('no');
  before.wire.socket.refuse('send', { code: 'muted', message: 'You are muted.' });
  before.lobby.send('never');
  before.wire.socket.refuse('send', { code: 'muted', message: 'You are muted.' });
  before.lobby.discard(before.lobby.outbox.items[1].nonce);
  kept.locks.end('a');
  const after = await tab('b', kept);
  assert.deepEqual(after.lobby.outbox.items.map(({ text, state, refusal }) => [text, state, refusal.code]), [['no', 'failed', 'muted']]);
});

test('what was left for a room that one is not in waits until one is', async () => {
  const { store } = browser();
  const postbox = new Postbox({ store, claims: new Claims(undefined, 'a'), account: HELLO.user.id });
  postbox.keep('attic', { nonce: 'n', text: 'later', at: 1, state: 'waiting' });
  const { chat, wire } = await tab('b', { store });
  assert.equal(chat.waiting, 0);
  chat.api.rooms = async () => [info('lobby'), info('den'), info('attic')];
  await chat.loadRooms();
  assert.deepEqual(chat.rooms.get('attic').outbox.items.map(({ text }) => text), ['later']);
  assert.ok(wire);
});

test('signing out leaves nothing behind', async () => {
  const kept = browser();
  const { chat, lobby } = await tab('a', kept);
  lobby.draft = 'half a';
  lobby.send('whole');
  await chat.forgetLocal();
  await settled();
  assert.deepEqual([await kept.store.all('outbox'), await kept.store.all('drafts'), chat.waiting], [[], [], 0]);
});

test('a draft is kept a moment after the last key, for each room and thread, and is there after a reload', async () => {
  const store = new MemoryStore();
  const clock = new VirtualClock();
  const drafts = new Drafts({ store, clock });
  drafts.of('lobby').text = 'hel';
  drafts.of('lobby').text = 'hello';
  drafts.of('lobby', 'm1').text = 'in the thread';
  assert.deepEqual(await store.all('drafts'), []);
  await clock.advance(400);
  const after = new Drafts({ store, clock });
  await after.load();
  assert.deepEqual([after.of('lobby').text, after.of('lobby', 'm1').text, after.has('den')], ['hello', 'in the thread', false]);
  after.of('lobby').text = '';
  after.keepNow();
  assert.deepEqual((await store.all('drafts')).map(({ key }) => key), ['lobby/m1']);
});
