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
 * @property {(id: string) => import('../chat/deletions.js').Act | undefined} act What this page did to a message.
 * @property {(message: Message) => boolean} mayDelete
 * @property {(message: Message) => boolean} mayReport
 * @property {(id: string) => void} delete
 * @property {(id: string) => void} undo
 * @property {(message: Message) => void} report
 *
 * @typedef {import('../chat/contract.js').Message} Message
 */

import { deletionSentence, refusalSentence } from '../chat/reasons.js';
import { say } from '../words/words.js';
import { h, icon } from './dom.js';
import { face } from './face.js';
import { moments } from './manner.js';
import { messageText, plainText } from './text.js';

/**
 * What an entry's node depends on: as long as it stays, so may the node.
 * @param {import('../chat/timeline.js').Entry} entry
 * @param {Manner} manner
 */
export function signature(entry, manner) {
  if (entry.kind === 'day') return moments.day(entry.at, manner.now());
  if (entry.kind === 'new') return 'new';
  if (entry.kind === 'outgoing') return `${entry.item.state} ${entry.opens} ${entry.item.refusal?.message} ${manner.connected}`;
  const { message, opens } = entry;
  const { action, refusal } = manner.act(message.id) ?? {};
  const tools = [manner.mayDelete(message), manner.mayReport(message), action, refusal?.message];
  return JSON.stringify([message.seq, opens, message.edited_at, message.deleted?.by, message.author.name, ...tools]);
}

/**
 * @param {import('../chat/timeline.js').Entry} entry
 * @param {Manner} manner
 * @returns {HTMLElement}
 */
export function entryNode(entry, manner) {
  if (entry.kind === 'day') return h('li', { class: 'day' }, h('span', {}, moments.day(entry.at, manner.now())));
  if (entry.kind === 'new') return h('li', { class: 'new' }, h('span', {}, say('message.new')));
  return entry.kind === 'message' ? posted(entry, manner) : outgoing(entry, manner);
}

/**
 * @param {Extract<import('../chat/timeline.js').Entry, {kind: 'message'}>} entry
 * @param {Manner} manner
 */
function posted({ message, opens }, manner) {
  const { author, at, deleted, id } = message;
  const node = row(opens, author, at, deleted ? gone(id, deleted.by, manner) : messageText(message));
  const refusal = manner.act(id)?.refusal;
  if (refusal) {
    const why = sentence(refusal, manner);
    const what = deleted ? say('message.notRestored', { why }) : say('message.notDeleted', { why });
    node.append(h('p', { class: 'status refused', role: 'status' }, what));
  }
  const tools = toolbar(message, manner);
  if (tools) node.append(tools);
  return node;
}

/**
 * @param {string} id
 * @param {string} by
 * @param {Manner} manner
 */
function gone(id, by, manner) {
  const { state, action } = manner.act(id) ?? {};
  const back = state === 'deleted' && action && h('button', { class: 'link', onclick: () => manner.undo(id) }, say('common.undo'));
  return h('p', { class: 'text deleted' }, deletionSentence(by, manner.me), ' ', back);
}

/**
 * What can be done about a message: seen while one points at it or is there by keyboard.
 * @param {Message} message
 * @param {Manner} manner
 */
function toolbar(message, manner) {
  const buttons = [
    manner.mayReport(message) && tool('flag', say('message.report'), () => manner.report(message)),
    manner.mayDelete(message) && tool('trash', say('message.delete'), () => manner.delete(message.id)),
  ].filter(Boolean);
  return buttons.length > 0 && h('div', { class: 'tools' }, ...buttons);
}

/**
 * @param {Parameters<typeof icon>[0]} picture
 * @param {string} label
 * @param {() => void} onclick
 */
function tool(picture, label, onclick) {
  return h('button', { class: 'icon-button', tabindex: '-1', 'aria-label': label, title: label, onclick }, icon(picture));
}

/**
 * @param {Extract<import('../chat/timeline.js').Entry, {kind: 'outgoing'}>} entry
 * @param {Manner} manner
 */
function outgoing({ item, opens }, manner) {
  const node = row(opens, { username: manner.me, name: manner.name(manner.me), bot: false }, item.at, plainText(item.text));
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
  if (state === 'waiting') return manner.connected ? '' : say('message.waits');
  if (!refusal) return '';
  const why = sentence(refusal, manner);
  return state === 'delayed' ? say('message.sentLater', { why }) : say('message.notSent', { why });
}

/**
 * @param {import('../chat/contract.js').Refusal} refusal
 * @param {Manner} manner
 */
function sentence(refusal, manner) {
  return refusalSentence(refusal, (time) => moments.short(time, manner.now()));
}

/**
 * @param {import('../chat/outbox.js').Outgoing} item
 * @param {Manner} manner
 */
function tools({ state, nonce }, manner) {
  if (state !== 'failed') return [];
  return [
    h('button', { class: 'link', onclick: () => manner.retry(nonce) }, say('common.again')),
    h('button', { class: 'link', onclick: () => manner.discard(nonce) }, say('message.discard')),
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
    return h('li', { class: 'message', tabindex: '-1' }, h('span', { class: 'margin' }, time), h('span', { class: 'unseen' }, say('message.saidBy', { name })), body);
  }
  const who = h('p', { class: 'who' }, h('bdi', { class: 'name', title: author.username }, name));
  if (author.bot) who.append(h('span', { class: 'badge' }, say('message.bot')));
  who.append(time);
  return h('li', { class: 'message opens', tabindex: '-1' }, h('span', { class: 'margin' }, face(author.username, name)), who, body);
}
