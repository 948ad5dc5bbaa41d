/** Where Ctrl and K lead, and the other keys. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SHORTCUTS, actOf, beside } from '../../service/web/chat/shortcuts.js';
import { destinations, match } from '../../service/web/chat/switcher.js';

const place = (kind, key, name, { more = key, unread = 0, mentions = 0 } = {}) => ({ kind, key, name, more, unread, mentions });
const PLACES = [
  place('room', 'lobby', 'Lobby'),
  place('room', 'news', 'News', { unread: 4 }),
  place('room', 'den', 'The Den', { unread: 1, mentions: 1 }),
  place('direct', 'direct-1', 'Cyn'),
  place('other', 'lab', 'Laboratory'),
  place('person', 'cyn', 'Cyn'),
  place('person', 'elise', 'Élise de la Tour'),
];
const found = (query, recent = []) => destinations(query, PLACES, recent).map(({ kind, key }) => `${kind} ${key}`);

test('before a word is typed: what calls, what is new, where one was, and only where one is', () => {
  assert.deepEqual(found('', ['direct-1', 'lobby']), ['room den', 'room news', 'direct direct-1', 'room lobby']);
});

test('a few letters find it, at the beginning of words first', () => {
  assert.deepEqual(found('la'), ['other lab', 'person elise']);
  assert.equal(found('den')[0], 'room den');
  assert.equal(found('lby')[0], 'room lobby');
  assert.deepEqual(found('xyz'), []);
});

test('case, accents and the sign before a name make no difference', () => {
  for (const query of ['ELISE', 'élise', '@elise', ' elise ']) assert.equal(found(query)[0], 'person elise', query);
  assert.equal(found('#lobby')[0], 'room lobby');
});

test('a conversation that is there comes before beginning one', () => {
  assert.deepEqual(found('cyn'), ['direct direct-1', 'person cyn']);
});

test('of two as good, the one where one was lately', () => {
  const twins = [place('room', 'tea-a', 'Tea'), place('room', 'tea-b', 'Tea')];
  assert.equal(destinations('tea', twins, ['tea-b'])[0].key, 'tea-b');
});

test('letters out of order are not a find, and the whole word is the best one', () => {
  assert.equal(match('yb', 'bay'), 0);
  assert.ok(match('den', 'den') > match('den', 'garden') && match('den', 'garden') > match('den', 'dxexnx'));
});

const press = (key, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });

test('a shortcut without Ctrl or Alt is a letter while one writes', () => {
  assert.equal(actOf(press('?', { shiftKey: true }), false), 'help');
  assert.equal(actOf(press('?', { shiftKey: true }), true), null);
  assert.equal(actOf(press('Escape'), true), null);
  assert.equal(actOf(press('k', { ctrlKey: true }), true), 'switch');
  assert.equal(actOf(press('K', { metaKey: true }), true), 'switch');
  assert.equal(actOf(press('k'), false), null);
  assert.equal(actOf(press('k', { ctrlKey: true, altKey: true }), false), null, 'AltGr writes a sign');
});

test('Alt and an arrow go through the rooms, with Shift through the unread ones', () => {
  assert.deepEqual(['ArrowUp', 'ArrowDown'].map((key) => actOf(press(key, { altKey: true }), true)), ['previous', 'next']);
  assert.equal(actOf(press('ArrowDown', { altKey: true, shiftKey: true }), true), 'next-unread');
});

test('no two shortcuts are the same keys', () => {
  const keys = SHORTCUTS.map(({ key, mod, alt, shift }) => JSON.stringify([key, mod, alt, shift]));
  assert.equal(new Set(keys).size, keys.length);
});

test('the next room is the one below, around the end, and may be the only one', () => {
  const rooms = [{ unread: 0 }, { unread: 2 }, { unread: 0 }];
  const [first, second, third] = rooms;
  assert.equal(beside(rooms, first, 1, false), second);
  assert.equal(beside(rooms, third, 1, false), first);
  assert.equal(beside(rooms, first, -1, false), third);
  assert.equal(beside(rooms, third, 1, true), second);
  assert.equal(beside(rooms, second, 1, true), undefined);
  assert.equal(beside(rooms, null, 1, false), first);
  assert.equal(beside(rooms, null, -1, false), third);
  assert.equal(beside([], null, 1, false), undefined);
});
