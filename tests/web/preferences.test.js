/** How one wants the page, and what of a room calls one. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { attention, titleOf } from '../../service/web/chat/attention.js';
import { LastKnown } from '../../service/web/chat/last_known.js';
import { Levels } from '../../service/web/chat/levels.js';
import { Preferences } from '../../service/web/chat/preferences.js';
import { storageOver } from './browser.js';

const FORBIDDEN = { get: () => null, set: () => {} };
const LOBBY = { slug: 'lobby', visibility: 'public' };
const PAIR = { slug: 'direct-1', visibility: 'direct' };

test('what was never chosen is as the system has it', () => {
  const { language, theme, notify } = new Preferences(storageOver(new Map()));
  assert.deepEqual([language, theme, notify], [null, 'system', false]);
});

test('a choice outlives the page, and what is no choice any more is none', () => {
  const kept = new Map();
  const preferences = new Preferences(storageOver(kept));
  let changes = 0;
  preferences.addEventListener('change', () => (changes += 1));
  preferences.language = 'de';
  preferences.theme = 'dark';
  preferences.theme = 'dark';
  preferences.notify = true;
  const later = new Preferences(storageOver(kept));
  assert.deepEqual([later.language, later.theme, later.notify, changes], ['de', 'dark', true, 3]);
  kept.set('folkmoot language', 'constructor').set('folkmoot theme', 'plaid');
  later.readAgain();
  assert.deepEqual([later.language, later.theme], [null, 'system']);
});

test('a browser that keeps nothing keeps a choice for as long as the page is open', () => {
  const preferences = new Preferences(FORBIDDEN);
  preferences.theme = 'dark';
  assert.equal(preferences.theme, 'dark');
});

test('a room calls when one is meant, a direct one whenever something is said', () => {
  const levels = new Levels(new Preferences(storageOver(new Map())), 'u-bob');
  assert.deepEqual([levels.of(LOBBY), levels.of(PAIR)], ['mentions', 'all']);
});

test('a level belongs to one person, and the usual one is not kept', () => {
  const kept = new Map();
  const preferences = new Preferences(storageOver(kept));
  const [bob, ann] = ['u-bob', 'u-ann'].map((id) => new Levels(preferences, id));
  bob.set(LOBBY, 'none');
  bob.set(PAIR, 'mentions');
  assert.deepEqual([bob.of(LOBBY), bob.of(PAIR), ann.of(LOBBY)], ['none', 'mentions', 'mentions']);
  bob.set(LOBBY, 'mentions');
  bob.set(PAIR, 'all');
  assert.deepEqual([...kept.keys()], []);
});

test('levels that somebody else wrote harm nobody', () => {
  for (const odd of ['{', 'null', '[]', '{"lobby": "loud", "__proto__": "none"}', '7']) {
    const levels = new Levels(new Preferences(storageOver(new Map([['folkmoot levels u-bob', odd]]))), 'u-bob');
    assert.equal(levels.of(LOBBY), 'mentions', odd);
  }
});

test('the title counts by level what calls, and marks what is only new', () => {
  const room = (slug, unread, mentions = 0) => ({ info: { slug, visibility: slug.startsWith('direct') ? 'direct' : 'public' }, unread, mentions });
  const levels = new Levels(new Preferences(FORBIDDEN), 'u-bob');
  levels.set(LOBBY, 'all');
  levels.set({ slug: 'den', visibility: 'public' }, 'none');
  const seen = (...rooms) => attention(rooms, levels);
  assert.deepEqual(seen(room('lobby', 2), room('news', 9, 1), room('direct-1', 3)), { calls: 6, quiet: true });
  assert.deepEqual(seen(room('den', 9, 4)), { calls: 0, quiet: false });
  assert.deepEqual(seen(room('news', 0, 1)), { calls: 1, quiet: false }, 'called in a thread');
  assert.equal(titleOf('Lobby', { calls: 3, quiet: true }), '(3) Lobby · Folkmoot');
  assert.equal(titleOf('Lobby', { calls: 0, quiet: true }), '• Lobby · Folkmoot');
  assert.equal(titleOf('', { calls: 0, quiet: false }), 'Folkmoot');
});

test('what opens the chat without a server is who one is and the rooms one is in, and nothing when it is not ours', () => {
  const kept = new Map();
  const last = new LastKnown(storageOver(kept));
  assert.equal(last.read(), null);
  const [me, lobby] = [{ id: 'u-bob', username: 'bob' }, { slug: 'lobby', you: { role: 'member', can: [] } }];
  last.keep(me, [lobby, { slug: 'news', you: { role: null, can: ['join'] } }, { slug: 'staff' }]);
  assert.deepEqual(last.read(), { me, rooms: [lobby] });
  last.forget();
  assert.deepEqual([...kept.keys()], []);
  for (const odd of ['{', 'null', '{"me": 7}', '{"me": {"id": "u"}, "rooms": "all"}']) {
    kept.set('folkmoot last known', odd);
    assert.equal(last.read(), null, odd);
  }
});
