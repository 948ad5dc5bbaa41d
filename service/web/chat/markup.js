/**
 * Reads the `html` of a message, as the contract has it, into a tree. It answers with values, never with markup: whoever
 * shows them makes nodes of them one by one, so the browser never parses what people write, and no hole in a parser or in
 * the server's list of elements can become a script. What is not exactly as the contract has it is not read at all.
 *
 *     tree('<p>so <em>nice</em></p>')  // [{ tag: 'p', attributes: {}, children: ['so ', { tag: 'em', … }] }]
 *
 * @typedef {keyof HTMLElementTagNameMap} Tag
 * @typedef {{tag: Tag, attributes: Record<string, string>, children: Content[]}} Element
 * @typedef {Element | string} Content
 */

import { safeAddress } from './links.js';

/** Elements in each other: more than the server lets through. */
const DEPTH_MAX = 64;

const TAGS = new Set([
  'a', 'blockquote', 'br', 'code', 'em', 'li', 'ol', 'p', 'pre', 's', 'span', 'strong', 'table', 'tbody', 'td', 'th', 'thead', 'tr', 'ul',
]);

const TOKEN = /<(?<opens>[a-z]+)(?<attributes>(?: [a-z]+="[^"<>]*")*)>|<\/(?<closes>[a-z]+)>|(?<text>[^<>]+)/y;
const ATTRIBUTE = / ([a-z]+)="([^"]*)"/g;
const ENTITY = /&(?:([a-z]+);)?/g;

/** @type {Record<string, string>} */
const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\u00a0' };

/** What an attribute may say; `rel` is the page's own matter. */
const VALUES = new Map(
  Object.entries({
    'a href': (/** @type {string} */ value) => safeAddress(value) !== null,
    'a rel': () => true,
    'code class': (/** @type {string} */ value) => /^language-[a-z]{1,16}$/.test(value),
    'ol start': (/** @type {string} */ value) => /^\d{1,9}$/.test(value),
    'span class': (/** @type {string} */ value) => /^[a-z]{1,2}$/.test(value),
    'td class': (/** @type {string} */ value) => value === 'center' || value === 'right',
    'th class': (/** @type {string} */ value) => value === 'center' || value === 'right',
  }),
);

/** It is not as the contract has it. */
class Unreadable extends Error {}

/**
 * @param {string} html
 * @returns {Content[] | null} Null for what can't be read.
 */
export function tree(html) {
  try {
    return read(html);
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

/** @param {string} html */
function read(html) {
  const root = /** @type {Element} */ ({ tag: 'div', attributes: {}, children: [] });
  const open = [root];
  for (let at = 0; at < html.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const { opens, attributes, closes, text } = required(TOKEN.exec(html)?.groups);
    const inner = open[open.length - 1];
    if (text !== undefined) inner.children.push(plain(text));
    else if (closes !== undefined) required(closes === inner.tag && open.length > 1 && open.pop());
    else {
      const element = elementOf(opens, attributes);
      inner.children.push(element);
      if (opens !== 'br') open.push(element);
      required(open.length <= DEPTH_MAX);
    }
  }
  required(open.length === 1);
  return root.children;
}

/**
 * @param {string} tag
 * @param {string} said
 * @returns {Element}
 */
function elementOf(tag, said) {
  required(TAGS.has(tag));
  /** @type {Record<string, string>} */
  const attributes = {};
  for (const [, name, raw] of said.matchAll(ATTRIBUTE)) {
    const value = plain(raw);
    required(VALUES.get(`${tag} ${name}`)?.(value));
    attributes[name] = value;
  }
  return { tag: /** @type {Tag} */ (tag), attributes, children: [] };
}

/** @param {string} text */
function plain(text) {
  return text.replace(ENTITY, (_, name) => required(Object.hasOwn(ENTITIES, name ?? '') && ENTITIES[name]));
}

/**
 * @template T
 * @param {T} value
 * @returns {NonNullable<Exclude<T, false>>}
 */
function required(value) {
  if (!value) throw new Unreadable();
  return /** @type {NonNullable<Exclude<T, false>>} */ (value);
}
