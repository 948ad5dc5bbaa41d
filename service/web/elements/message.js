/**
 * One entry of a timeline as nodes: a day, the line above what is new, a message, one that is on its way.
 *
 *     entryNode(entry, { name, now, retry, discard })
 *
 * @typedef {object} Manner
 * @property {(username: string) => string} name
 * @property {() => number} now
 * @property {string} me
 * @property {boolean} connected Whether the room is joined right now.
 * @property {(nonce: string) => void} retry
 * @property {(nonce: string) => void} discard
 */

import { pieces } from '../chat/links.js';
import { refusalSentence } from '../chat/reasons.js';
import { h } from './dom.js';
import { face } from './face.js';
import { moments } from './manner.js';

/**
 * What an entry's node depends on: as long as it stays, so may the node.
 * @param {import('../chat/timeline.js').Entry} entry
 * @param {Manner} manner
 */
export function signature(entry, manner) {
  if (entry.kind === 'day') return moments.day(entry.at, manner.now());
  if (entry.kind === 'new') return 'new';
  if (entry.kind === 'outgoing') return `${entry.item.state} ${entry.opens} ${entry.item.refusal?.message} ${manner.connected}`;
  const { seq, deleted, author } = entry.message;
  return `${seq} ${entry.opens} ${deleted !== undefined} ${author.name}`;
}

/**
 * @param {import('../chat/timeline.js').Entry} entry
 * @param {Manner} manner
 * @returns {HTMLElement}
 */
export function entryNode(entry, manner) {
  if (entry.kind === 'day') return h('li', { class: 'day' }, h('span', {}, moments.day(entry.at, manner.now())));
  if (entry.kind === 'new') return h('li', { class: 'new' }, h('span', {}, 'New'));
  return entry.kind === 'message' ? posted(entry) : outgoing(entry, manner);
}

/** @param {Extract<import('../chat/timeline.js').Entry, {kind: 'message'}>} entry */
function posted({ message, opens }) {
  const { author, at, deleted } = message;
  const body = deleted ? h('p', { class: 'text deleted' }, 'This message was deleted.') : text(message.text ?? '');
  return row(opens, author, at, body);
}

/**
 * @param {Extract<import('../chat/timeline.js').Entry, {kind: 'outgoing'}>} entry
 * @param {Manner} manner
 */
function outgoing({ item, opens }, manner) {
  const node = row(opens, { username: manner.me, name: manner.name(manner.me), bot: false }, item.at, text(item.text));
  node.classList.add('outgoing', item.state);
  const status = statusOf(item, manner);
  if (status) node.append(h('p', { class: 'status' }, status, ...tools(item, manner)));
  return node;
}

/**
 * @param {import('../chat/outbox.js').Outgoing} item
 * @param {Manner} manner
 */
function statusOf({ state, refusal }, manner) {
  if (state === 'waiting') return manner.connected ? '' : 'Waits for the connection.';
  if (!refusal) return '';
  const sentence = refusalSentence(refusal, (time) => moments.short(time, manner.now()));
  return state === 'delayed' ? `${sentence} It will be sent by itself.` : `Not sent. ${sentence}`;
}

/**
 * @param {import('../chat/outbox.js').Outgoing} item
 * @param {Manner} manner
 */
function tools({ state, nonce }, manner) {
  if (state !== 'failed') return [];
  return [
    h('button', { class: 'link', onclick: () => manner.retry(nonce) }, 'Try again'),
    h('button', { class: 'link', onclick: () => manner.discard(nonce) }, 'Discard'),
  ];
}

/**
 * @param {boolean} opens
 * @param {{username: string, name: string, bot: boolean}} author
 * @param {string | number} at
 * @param {Node} body
 */
function row(opens, author, at, body) {
  const iso = new Date(at).toISOString();
  const time = h('time', { datetime: iso, title: moments.full(at) }, moments.time(at));
  const name = author.name || author.username;
  if (!opens) {
    // The name is there for who listens: they do not see under which one it stands.
    return h('li', { class: 'message' }, h('span', { class: 'margin' }, time), h('span', { class: 'unseen' }, `${name}: `), body);
  }
  const who = h('p', { class: 'who' }, h('bdi', { class: 'name', title: author.username }, name));
  if (author.bot) who.append(h('span', { class: 'badge' }, 'bot'));
  who.append(time);
  return h('li', { class: 'message opens' }, h('span', { class: 'margin' }, face(author.username, name)), who, body);
}

/** @param {string} content */
function text(content) {
  const body = h('p', { class: 'text', dir: 'auto' });
  for (const piece of pieces(content)) {
    if (piece.href === undefined) body.append(piece.text);
    else body.append(h('a', { href: piece.href, target: '_blank', rel: 'noopener nofollow noreferrer' }, piece.text));
  }
  return body;
}
