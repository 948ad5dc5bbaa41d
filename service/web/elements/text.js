/**
 * What somebody wrote, as a node: with its formatting where the server has sent one that can be read, otherwise as it was
 * typed, with its links. Who is called in it can be told apart, and asked about.
 *
 * @typedef {object} Reader For whom it is shown.
 * @property {string} me
 * @property {(username: string) => boolean} exists
 * @property {(username: string) => string} name
 * @property {(username: string, at: Element) => void} openPerson
 * @property {boolean} everybody Whether who says it may call everybody: for others, `@room` is a word.
 */

import { onlyEmoji } from '../chat/emoji.js';
import { pieces } from '../chat/links.js';
import { tree } from '../chat/markup.js';
import { EVERYBODY, callPieces, callsMe } from '../chat/mentions.js';
import { say } from '../words/words.js';
import { h, icon } from './dom.js';

/** Each of these is written from the left or from the right by what stands in it. */
const DIRECTED = new Set(['p', 'li', 'td', 'th']);

/** In these nobody is called: there, `@name` means itself. */
const SILENT = new Set(['a', 'code', 'pre']);

/** How long "Copied" stands. */
const TOLD_MS = 2_000;

/**
 * @param {import('../chat/contract.js').Message} message
 * @param {Reader} [reader]
 */
export function messageText({ text = '', html }, reader) {
  const content = html ? tree(html) : null;
  return content ? h('div', { class: 'text formatted' }, ...content.flatMap((one) => node(one, reader))) : plainText(text, reader);
}

/**
 * @param {string} content
 * @param {Reader} [reader]
 */
export function plainText(content, reader) {
  const body = h('p', { class: onlyEmoji(content) ? 'text large' : 'text', dir: 'auto' });
  for (const piece of pieces(content)) body.append(...(piece.href === undefined ? words(piece.text, reader) : [link(piece.href, piece.text)]));
  return body;
}

/** Whether a text calls this person. @param {string} text @param {Reader} reader */
export function callsReader(text, reader) {
  return callPieces(text, reader.exists).some(({ call }) => call !== undefined && meant(call, reader) && callsMe(call, reader.me));
}

/**
 * @param {import('../chat/markup.js').Content} content
 * @param {Reader} [reader] None where nobody is called.
 * @returns {(Node | string)[]}
 */
function node(content, reader) {
  if (typeof content === 'string') return words(content, reader);
  const { tag, attributes, children } = content;
  const inner = children.flatMap((child) => node(child, SILENT.has(tag) ? undefined : reader));
  if (tag === 'a') return [attributes.href ? link(attributes.href, ...inner) : h('span', {}, ...inner)];
  // A head over nothing, as tables have one in their corner, is read aloud as one and says nothing.
  const element = h(tag === 'th' && inner.length === 0 ? 'td' : tag, { class: attributes.class, start: attributes.start, dir: DIRECTED.has(tag) ? 'auto' : null }, ...inner);
  return tag === 'pre' ? [h('div', { class: 'block' }, element, copier(element))] : [element];
}

/**
 * @param {string} text
 * @param {Reader} [reader]
 */
function words(text, reader) {
  if (!reader) return [text];
  return callPieces(text, reader.exists).map((piece) => (piece.call !== undefined && meant(piece.call, reader) ? call(piece.text, piece.call, reader) : piece.text));
}

/**
 * @param {string} name
 * @param {Reader} reader
 */
function meant(name, reader) {
  return reader.everybody || reader.exists(name) || !EVERYBODY.includes(name);
}

/**
 * @param {string} shown
 * @param {string} username
 * @param {Reader} reader
 */
function call(shown, username, reader) {
  const mine = callsMe(username, reader.me) ? 'call mine' : 'call';
  if (EVERYBODY.includes(username) && !reader.exists(username)) return h('span', { class: mine }, shown);
  const button = h('button', { class: mine, title: reader.name(username), onclick: () => reader.openPerson(username, button) }, shown);
  return button;
}

/** What takes a block of code along. @param {Element} block */
function copier(block) {
  const label = say('message.copyCode');
  const button = h('button', { class: 'copier icon-button', 'aria-label': label, title: label, onclick: () => copy(block.textContent ?? '', button) }, icon('copy'));
  return button;
}

/**
 * @param {string} text
 * @param {HTMLButtonElement} button
 */
async function copy(text, button) {
  // Off TLS and off loopback there is no clipboard for scripts.
  const done = await navigator.clipboard?.writeText(text).then(() => true, () => false);
  if (!done) return;
  button.replaceChildren(icon('check'));
  button.setAttribute('aria-label', say('page.copied'));
  setTimeout(() => {
    button.replaceChildren(icon('copy'));
    button.setAttribute('aria-label', say('message.copyCode'));
  }, TOLD_MS);
}

/**
 * @param {string} href
 * @param {...(Node | string)} shown
 */
function link(href, ...shown) {
  return h('a', { href, target: '_blank', rel: 'noopener nofollow noreferrer' }, ...shown);
}
