/**
 * What the page says, in the reader's language: every sentence has a key, and each language a catalogue, a file for an
 * area of the page. English is always there; another language lies over it key by key.
 *
 *     say('room.leave.title', { room: 'Lobby' })            "Leave Lobby?"
 *     say('directory.members', { count: 3 })                "3 members", by the language's own rules of plural
 *     h('h2', {}, ...sayWith('timeline.beginning', { room: h('bdi', {}, name) }))
 *
 * A module that is loaded later brings the area of its words itself: `await needs('moderation');` at its top.
 * Says `change` by `words` when the language is another. It knows no document.
 *
 * @typedef {string | Partial<Record<Intl.LDMLPluralRule, string>> & {other: string}} Phrase A plural is chosen by `count`.
 * @typedef {Record<string, Phrase>} Catalogue
 * @typedef {'search' | 'threads' | 'moderation' | 'admin' | 'settings'} LaterArea
 * @typedef {'en' | 'de'} Language
 *
 * @typedef {keyof (typeof composer & typeof connection & typeof door & typeof files & typeof message
 *   & typeof page & typeof people & typeof reasons & typeof room & typeof rooms & typeof timeline
 *   & typeof import('./en/search.js').words & typeof import('./en/threads.js').words & typeof import('./en/moderation.js').words
 *   & typeof import('./en/admin.js').words & typeof import('./en/settings.js').words)} Key
 */

import { words as composer } from './en/composer.js';
import { words as connection } from './en/connection.js';
import { words as door } from './en/door.js';
import { words as files } from './en/files.js';
import { words as message } from './en/message.js';
import { words as page } from './en/page.js';
import { words as people } from './en/people.js';
import { words as reasons } from './en/reasons.js';
import { words as room } from './en/room.js';
import { words as rooms } from './en/rooms.js';
import { words as timeline } from './en/timeline.js';

/** Each by its own name, for who can read no other. @type {Record<Language, string>} */
export const LANGUAGES = { en: 'English', de: 'Deutsch' };

/** How dates and numbers are written where the browser names no country of the language. */
const LOCALES = { en: 'en-GB', de: 'de-DE' };

const FIRST = { composer, connection, door, files, message, page, people, reasons, room, rooms, timeline };

const PLACE = /\{(\w+)\}/gu;

/** @type {Catalogue} */
const english = Object.assign({}, ...Object.values(FIRST));

/** The areas that are here or on their way, and what each waits for. @type {Map<string, Promise<void>>} */
const areas = new Map(Object.keys(FIRST).map((area) => [area, Promise.resolve()]));

/** Of two changes on their way at once the later one counts, whichever arrives last. */
let changes = 0;

/** @type {{language: Language, locale: string, catalogue: Catalogue, plural: Intl.PluralRules, number: Intl.NumberFormat}} */
let chosen = choice('en', LOCALES.en, {});

/** Says `change` when the language is another. */
export const words = new EventTarget();

/**
 * @param {Key} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function say(key, values = {}) {
  return sayWith(key, values).join('');
}

/**
 * The same, with nodes in it: what is between them, in the order of the language.
 * @template T
 * @param {Key} key
 * @param {Record<string, T | string | number>} values
 * @returns {(T | string)[]}
 */
export function sayWith(key, values) {
  // Every second part is a name: what a pattern with a group leaves of a text that is split by it.
  return phrase(key, values).split(PLACE).flatMap((part, i) => {
    if (i % 2 === 0) return part === '' ? [] : [part];
    const value = values[part];
    return [typeof value === 'number' ? chosen.number.format(value) : (value ?? `{${part}}`)];
  });
}

/** @returns {Language} */
export function language() {
  return chosen.language;
}

/** For dates and numbers: "de-AT". */
export function locale() {
  return chosen.locale;
}

/**
 * The language to begin with: the person's choice, or else the first of the browser's that there is.
 * @param {string | null} choice
 * @param {readonly string[]} browser As `navigator.languages` has them.
 * @returns {{language: Language, locale: string}}
 */
export function languageFor(choice, browser) {
  const wanted = choice === null ? browser : [choice, ...browser];
  const language = /** @type {Language} */ (wanted.map(base).find((one) => Object.hasOwn(LANGUAGES, one)) ?? 'en');
  return { language, locale: browser.find((one) => base(one) === language && one !== language) ?? LOCALES[language] };
}

/** @param {{language: Language, locale: string}} wanted */
export async function setLanguage({ language, locale }) {
  const change = (changes += 1);
  const areasThen = [...areas.keys()];
  const catalogue = language === 'en' ? {} : Object.assign({}, ...(await Promise.all(areasThen.map((area) => load(language, area)))));
  if (change !== changes) return;
  chosen = choice(language, locale, catalogue);
  await Promise.all([...areas.keys()].filter((area) => !areasThen.includes(area)).map(translate));
  if (change === changes) words.dispatchEvent(new Event('change'));
}

/**
 * The words of an area that the first page has no use for.
 * @param {LaterArea} area
 */
export function needs(area) {
  const arriving = areas.get(area) ?? arrive(area);
  areas.set(area, arriving);
  return arriving;
}

/** @param {LaterArea} area */
async function arrive(area) {
  Object.assign(english, await load('en', area));
  await translate(area);
}

/** Lays the chosen language over an area. @param {string} area */
async function translate(area) {
  const { language, catalogue } = chosen;
  if (language !== 'en') Object.assign(catalogue, await load(language, area));
}

/**
 * @param {string} key
 * @param {Record<string, unknown>} values
 */
function phrase(key, values) {
  const found = chosen.catalogue[key] ?? english[key] ?? key;
  if (typeof found === 'string') return found;
  return found[chosen.plural.select(Number(values.count))] ?? found.other;
}

/**
 * @param {Language} language
 * @param {string} locale
 * @param {Catalogue} catalogue
 */
function choice(language, locale, catalogue) {
  return { language, locale, catalogue, plural: new Intl.PluralRules(language), number: new Intl.NumberFormat(locale) };
}

/**
 * @param {Language} language
 * @param {string} area
 * @returns {Promise<Catalogue>}
 */
async function load(language, area) {
  return (await import(`./${language}/${area}.js`)).words;
}

/** @param {string} tag "de" of "de-AT". */
function base(tag) {
  return tag.split('-')[0].toLowerCase();
}
