/**
 * What somebody wrote, as a node: with its formatting where the server has sent one that can be read, otherwise as it was
 * typed, with its links.
 */

import { pieces } from '../chat/links.js';
import { tree } from '../chat/markup.js';
import { h } from './dom.js';

/** Each of these is written from the left or from the right by what stands in it. */
const DIRECTED = new Set(['p', 'li', 'td', 'th']);

/** @param {import('../chat/contract.js').Message} message */
export function messageText({ text = '', html }) {
  const content = html ? tree(html) : null;
  return content ? h('div', { class: 'text formatted' }, ...content.map(node)) : plainText(text);
}

/** @param {string} content */
export function plainText(content) {
  const body = h('p', { class: 'text', dir: 'auto' });
  for (const piece of pieces(content)) body.append(piece.href === undefined ? piece.text : link(piece.href, piece.text));
  return body;
}

/**
 * @param {import('../chat/markup.js').Content} content
 * @returns {Node | string}
 */
function node(content) {
  if (typeof content === 'string') return content;
  const { tag, attributes, children } = content;
  const inner = children.map(node);
  if (tag === 'a') return attributes.href ? link(attributes.href, ...inner) : h('span', {}, ...inner);
  return h(tag, { class: attributes.class, start: attributes.start, dir: DIRECTED.has(tag) ? 'auto' : null }, ...inner);
}

/**
 * @param {string} href
 * @param {...(Node | string)} shown
 */
function link(href, ...shown) {
  return h('a', { href, target: '_blank', rel: 'noopener nofollow noreferrer' }, ...shown);
}
