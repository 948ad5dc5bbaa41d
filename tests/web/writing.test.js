/** What helps one who writes: calls, completion, emoji, files on their way. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CHOICES_MAX, Completion } from '../../service/web/chat/completion.js';
import { othersIn, titleOf } from '../../service/web/chat/direct.js';
import { EmojiTable, RECENT_MAX, RecentEmoji, onlyEmoji } from '../../service/web/chat/emoji.js';
import { EMOJI } from '../../service/web/chat/emoji_table.js';
import { callPieces, callsMe } from '../../service/web/chat/mentions.js';
import { Names } from '../../service/web/chat/names.js';
import { sizeInWords } from '../../service/web/chat/sizes.js';

const table = new EmojiTable(EMOJI);
const known = new Set(['ann', 'bob', 'mo', 'ann.b']);
const calls = (text) => callPieces(text, (name) => known.has(name)).flatMap(({ call }) => (call === undefined ? [] : [call]));

test('somebody is called by their name, in any case, and where a sentence ends', () => {
  assert.deepEqual(calls('@ann and @Bob, (@mo) @ann.'), ['ann', 'bob', 'mo', 'ann']);
  assert.deepEqual(calls('@ann.b is not @ann'), ['ann.b', 'ann']);
  assert.deepEqual(calls('@room, @here!'), ['room', 'here']);
});

test('an address, a path and a stranger call nobody', () => {
  assert.deepEqual(calls('mail@ann x.@bob a/@mo @@ann @cyn @annn -@bob'), []);
});

test('the pieces are the text, whoever is called in it', () => {
  for (const text of ['', '@', '@ann', 'a @bob b @cyn c', '@ann.@mo', '@room@here', '@'.repeat(500)]) {
    assert.equal(callPieces(text, (name) => known.has(name)).map((piece) => piece.text).join(''), text);
  }
});

test('one is called by one’s name and with everybody', () => {
  assert.deepEqual(['ann', 'room', 'here', 'bob'].map((name) => callsMe(name, 'ann')), [true, true, true, false]);
});

const PEOPLE = [
  { username: 'ann', name: 'Ann Archer', here: false },
  { username: 'anna', name: 'Anna Berg', here: true },
  { username: 'bob', name: 'Bob', here: false },
  { username: 'zoe', name: 'Zoë Andersson', here: false },
  { username: 'mo', name: 'Mo Hannah', here: false },
];

function completion({ people = PEOPLE, everybody = true } = {}) {
  return new Completion({ people: () => people, everybody: () => everybody, emoji: (query) => table.search(query) });
}

const offered = (text, options) => {
  const one = completion(options);
  one.look(text, text.length);
  return one.items.map(({ value }) => value);
};

test('people are offered by username, name and later names, those who are here first among equals', () => {
  assert.deepEqual(offered('hello @an', { everybody: false }), ['anna', 'ann', 'zoe', 'mo']);
  assert.deepEqual(offered('@zoe', {}), ['zoe']);
  assert.deepEqual(offered('@ZOË', {}), ['zoe'], 'without accents, in any case');
  assert.deepEqual(offered('(@b'), ['bob', 'zoe', 'anna'].filter((name) => offered('(@b').includes(name)), 'after a bracket');
  assert.deepEqual(offered('mail@an'), [], 'an address is none');
});

test('everybody is offered to who may call them, at the end of the list', () => {
  assert.deepEqual(offered('@').slice(-2), ['here', 'room']);
  assert.deepEqual(offered('@ro'), ['room']);
  assert.deepEqual(offered('@ro', { everybody: false }), []);
  const crowd = Array.from({ length: 40 }, (_, i) => ({ username: `p${i}`, name: `P ${i}`, here: false }));
  assert.equal(offered('@', { people: crowd }).length, CHOICES_MAX);
});

test('what is taken stands in the word’s place, with the caret behind it', () => {
  const one = completion();
  one.look('hi @bo there', 6);
  assert.deepEqual(one.accept(), { text: 'hi @bob there', caret: 8 });
  assert.equal(one.open, false);
  one.look('so :rocke', 9);
  assert.deepEqual(one.accept(), { text: 'so 🚀 ', caret: 6 });
});

test('the list that was sent away stays away for that word, and the choice stays as one types on', () => {
  const one = completion({ everybody: false });
  one.look('@an', 3);
  one.move(1);
  assert.equal(one.choice.value, 'ann');
  one.look('@ann', 4);
  assert.equal(one.choice.value, 'ann', 'it is the same as before');
  one.move(-1);
  one.dismiss();
  one.look('@anna', 5);
  assert.equal(one.open, false);
  one.look('@anna @b', 8);
  assert.equal(one.open, true);
});

test('a smile and a time of day ask for no emoji', () => {
  for (const text of [':)', ':d', '10:30', 'see: th', 'http://x', ':-)']) assert.deepEqual(offered(text), [], text);
  assert.equal(offered(':thu')[0], '👍');
});

test('emoji are found by name, by a word of it, and in German', () => {
  const first = (query) => table.search(query)[0]?.emoji;
  assert.deepEqual(['tada', 'party', 'daumen', 'rakete', 'thumbs up', 'thumbs_up'].map(first), ['🎉', '🥳', '👍', '🚀', '👍', '👍']);
  assert.deepEqual(table.search('nosuchthing'), []);
  assert.deepEqual(table.search('  '), []);
});

test('the table names each emoji once, and each is one that the server takes', () => {
  const all = table.groups.flatMap(({ emoji }) => emoji);
  assert.ok(all.length > 300);
  assert.equal(new Set(all.map(({ emoji }) => emoji)).size, all.length);
  const names = EMOJI.flatMap(({ lines }) => lines.split(/[;\n]/u).flatMap((line) => line.split('|')[0].trim().split(' ').slice(1)));
  assert.deepEqual(names.filter((name, i) => names.indexOf(name) !== i), []);
  for (const name of names) assert.match(name, /^[a-z0-9_+-]{1,32}$/u);
  for (const { emoji } of all) assert.match(emoji, /^\p{RGI_Emoji}$/v);
});

test('a name between colons becomes its emoji, but not in code', () => {
  assert.equal(table.replace('so :tada: and :+1:!'), 'so 🎉 and 👍!');
  assert.equal(table.replace('`:tada:` :tada: ```\n:tada:\n``` :tada:'), '`:tada:` 🎉 ```\n:tada:\n``` 🎉');
  assert.equal(table.replace('10:30:15 a:tada:b ::tada:: :nobody:'), '10:30:15 a:tada:b ::tada:: :nobody:');
  assert.equal(table.replace('```\nopen :tada:'), '```\nopen :tada:');
});

test('the emoji that one used last come first, and only so many are kept', () => {
  const recent = new RecentEmoji();
  assert.equal(recent.list()[0], '👍', 'before that, those that most people use');
  recent.used('🚀');
  recent.used('🎉');
  recent.used('🚀');
  assert.deepEqual(recent.list().slice(0, 3), ['🚀', '🎉', '👍']);
  for (const { emoji } of table.groups[0].emoji) recent.used(emoji);
  assert.equal(recent.list().length, RECENT_MAX);
});

test('a few emoji alone are seen from further away', () => {
  assert.deepEqual(['🎉', '👍 👍', '❤️', '👨‍👩‍👧', '🎉!', 'ok', '', '🎉🎉🎉🎉', '12'].map(onlyEmoji), [true, true, true, true, false, false, false, false, false]);
});

test('a direct room is called after the others in it', () => {
  const names = new Names();
  names.learn({ username: 'bob', name: 'Bob B.' });
  const room = { visibility: 'direct', name: 'ann, bob, cyn' };
  assert.deepEqual(othersIn(room, 'ann'), ['bob', 'cyn']);
  assert.equal(titleOf(room, 'ann', names), 'Bob B., cyn');
  assert.equal(titleOf({ visibility: 'direct', name: 'ann' }, 'ann', names), 'ann', 'also alone');
  assert.equal(titleOf({ visibility: 'public', name: 'Lobby' }, 'ann', names), 'Lobby');
});

test('sizes are said as people say them', () => {
  assert.deepEqual([0, 1, 999, 1_000, 2_483_911, 26_214_400, 3e12].map((bytes) => sizeInWords(bytes, 'en-GB')), ['0 bytes', '1 byte', '999 bytes', '1 kB', '2.5 MB', '26 MB', '3,000 GB']);
  assert.equal(sizeInWords(2_483_911, 'de-DE'), '2,5 MB');
});
