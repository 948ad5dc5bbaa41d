/** The words of the page: both languages say the same things, and every sentence is said somewhere. */

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { afterEach, test } from 'node:test';

import { LANGUAGES, language, languageFor, locale, needs, say, sayWith, setLanguage, words } from '../../service/web/words/words.js';

const WEB = new URL('../../service/web/', import.meta.url);
const WORDS = new URL('words/', WEB);
const SOURCES = scripts(WEB);
const LATER = ['search', 'threads', 'moderation', 'admin', 'settings'];

function scripts(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((file) => file.isFile() && file.name.endsWith('.js') && !`${file.parentPath}/`.includes('/words/'))
    .map((file) => readFileSync(`${file.parentPath}/${file.name}`, 'utf8'));
}

async function catalogue(name) {
  const files = readdirSync(new URL(`${name}/`, WORDS));
  const areas = await Promise.all(files.map(async (file) => [file, (await import(new URL(`${name}/${file}`, WORDS))).words]));
  return new Map(areas);
}

const english = await catalogue('en');
const german = await catalogue('de');
const keys = [...english.values()].flatMap((area) => Object.keys(area));
const forms = (phrase) => (typeof phrase === 'string' ? [phrase] : Object.values(phrase));
const places = (text) => [...new Set(text.match(/\{\w+\}/gu) ?? [])].sort();
const german_ = () => setLanguage(languageFor('de', ['en-GB']));

afterEach(() => setLanguage(languageFor('en', ['en-GB'])));

test('both languages have the same areas, and in them the same keys', () => {
  assert.deepEqual([...german.keys()], [...english.keys()]);
  for (const [file, area] of english) assert.deepEqual(Object.keys(german.get(file)).sort(), Object.keys(area).sort(), file);
  assert.ok(keys.length > 100, 'the search for words finds them');
});

test('a key stands in one area only, and begins with its name', () => {
  assert.equal(new Set(keys).size, keys.length);
  for (const [file, area] of english) for (const key of Object.keys(area)) assert.ok(key.startsWith(file.replace('.js', '.')), key);
});

test('what a sentence leaves open is the same in both languages', () => {
  for (const [file, area] of english) {
    for (const [key, phrase] of Object.entries(area)) {
      const all = new Set(forms(phrase).flatMap(places));
      const both = [phrase, german.get(file)[key]].map((one) => places(one.other ?? one));
      assert.deepEqual(both[1], both[0], key);
      for (const form of forms(german.get(file)[key])) for (const place of places(form)) assert.ok(all.has(place), `${key}: ${place}`);
    }
  }
});

test('a plural has each form that its language tells apart', () => {
  for (const [name, areas] of [['en', english], ['de', german]]) {
    const wanted = new Intl.PluralRules(name).resolvedOptions().pluralCategories.sort();
    for (const area of areas.values()) {
      for (const [key, phrase] of Object.entries(area)) if (typeof phrase !== 'string') assert.deepEqual(Object.keys(phrase).sort(), wanted, `${name} ${key}`);
    }
  }
});

test('whatever is said has its words', () => {
  const said = SOURCES.flatMap((source) => [...source.matchAll(/\bsay(?:With)?\(\s*'([^']+)'/gu)].map(([, key]) => key));
  assert.deepEqual(said.filter((key) => !keys.includes(key)), []);
  assert.ok(said.length > 50, 'the search for what is said finds it');
});

test('all words are said somewhere', () => {
  const source = SOURCES.join('\n');
  assert.deepEqual(keys.filter((key) => !source.includes(`'${key}'`)), []);
});

test('a sentence takes names, nodes, and numbers in the manner of the country', () => {
  assert.equal(say('room.leaving.title', { room: 'Lobby' }), 'Leave Lobby?');
  assert.equal(say('room.leaving.title', { room: '{room} $& {x}' }), 'Leave {room} $& {x}?', 'a name is no pattern');
  const node = { node: true };
  assert.deepEqual(sayWith('timeline.beginning', { room: node }), ['The beginning of ', node]);
  assert.deepEqual([1, 2, 1234].map((count) => say('rooms.members', { count })), ['1 member', '2 members', '1,234 members']);
});

test('the language changes under way, and what is loaded later comes in it', async () => {
  let changes = 0;
  words.addEventListener('change', () => (changes += 1), { once: true });
  await german_();
  assert.deepEqual([say('room.leaving.title', { room: 'Lobby' }), say('rooms.members', { count: 1 }), changes], ['Lobby verlassen?', '1 Mitglied', 1]);
  await Promise.all(LATER.map(needs));
  assert.equal(say('settings.signOut'), 'Abmelden');
  await setLanguage(languageFor('en', []));
  assert.equal(say('settings.signOut'), 'Sign out');
});

test('of two changes on their way the later one counts', async () => {
  const first = german_();
  await Promise.all([first, setLanguage(languageFor('en', []))]);
  assert.equal(language(), 'en');
});

test('the language is the chosen one, or else the first of the browser’s that there is', () => {
  assert.deepEqual(languageFor(null, ['fr-FR', 'de-AT', 'en']), { language: 'de', locale: 'de-AT' });
  assert.deepEqual(languageFor('en', ['de-AT', 'en-US']), { language: 'en', locale: 'en-US' });
  assert.deepEqual(languageFor('de', ['en-US']), { language: 'de', locale: 'de-DE' });
  assert.deepEqual(languageFor(null, ['ja']), { language: 'en', locale: 'en-GB' });
  assert.deepEqual(languageFor('tlh', []), { language: 'en', locale: 'en-GB' }, 'a choice of long ago that is no more');
  assert.equal(locale(), 'en-GB');
});

test('each language is called by its own name', () => {
  assert.deepEqual(Object.keys(LANGUAGES), readdirSync(WORDS).filter((name) => !name.endsWith('.js')).sort().reverse());
});
