/**
 * One entry of a timeline as nodes: a day, the line above what is new, a message, one that is on its way.
 *
 *     entryNode(entry, talk)
 *
 * What depends on where one points or stands by keyboard is not here: `MessageTools` brings it.
 *
 * @typedef {import('../chat/contract.js').Message} Message
 * @typedef {import('./talk.js').Talk} Talk
 */

import { deletionSentence, refusalSentence } from '../chat/reasons.js';
import { language, say, sayWith } from '../words/words.js';
import { attachments } from './attachments.js';
import { h, icon } from './dom.js';
import { editBox } from './edit_box.js';
import { face } from './face.js';
import { moments } from './manner.js';
import { reactions } from './reactions.js';
import { callsReader, messageText, plainText } from './text.js';

/** What is longer than this is shown in part, until somebody wants to read it. */
const LONG_CHARACTERS = 1_800;
const LONG_LINES = 24;

/** @type {Record<import('../chat/changes.js').Change['kind'], import('../words/words.js').Key>} */
const REFUSED = { edit: 'message.refused.edit', react: 'message.refused.react', pin: 'message.refused.pin' };

/** @type {WeakMap<Element, Message>} */
const messages = new WeakMap();

/** The message that a node shows. @param {Element} node */
export function messageOf(node) {
  return messages.get(node);
}

/**
 * What an entry's node depends on: as long as it stays, so may the node.
 * @param {import('../chat/timeline.js').Entry} entry
 * @param {Talk} talk
 */
export function signature(entry, talk) {
  if (entry.kind === 'day') return `${language()} ${moments.day(entry.at, talk.now())}`;
  if (entry.kind === 'new') return `${language()} new`;
  if (entry.kind === 'outgoing') return `${language()} ${entry.item.state} ${entry.opens} ${entry.item.refusal?.message} ${talk.connected}`;
  const { message, opens } = entry;
  const { id, seq, text, edited_at: edited, deleted, author, reactions: under, thread, pinned } = message;
  // While one writes in it, nothing that happens to the message may take the words away.
  if (talk.editing === id && !deleted) return `editing ${seq}`;
  const { action, refusal } = talk.act(id) ?? {};
  const refused = talk.refusals(id).map((one) => one.refusal?.message);
  const rights = [talk.connected, talk.unfolded.has(id), talk.chat.threads.of(id)?.unread];
  return JSON.stringify([language(), seq, opens, text, edited, deleted?.by, author.name, under, thread, pinned, action, refusal?.message, refused, rights]);
}

/**
 * @param {import('../chat/timeline.js').Entry} entry
 * @param {Talk} talk
 * @returns {HTMLElement}
 */
export function entryNode(entry, talk) {
  if (entry.kind === 'day') return h('li', { class: 'day' }, h('span', {}, moments.day(entry.at, talk.now())));
  if (entry.kind === 'new') return h('li', { class: 'new' }, h('span', {}, say('message.new')));
  const node = entry.kind === 'message' ? posted(entry, talk) : outgoing(entry, talk);
  // A page of messages must not be a hundred stops of the Tab key: the message that has the focus opens its own.
  if (entry.kind === 'message') for (const control of controls(node)) control.tabIndex = -1;
  return node;
}

/** What can be pressed in a message. @param {Element} node @returns {Iterable<HTMLElement>} */
export function controls(node) {
  return node.querySelectorAll('button, a');
}

/**
 * @param {Extract<import('../chat/timeline.js').Entry, {kind: 'message'}>} entry
 * @param {Talk} talk
 */
function posted({ message, opens }, talk) {
  const { author, at, deleted, id } = message;
  const editing = talk.editing === id && !deleted;
  const body = deleted ? [gone(id, deleted.by, talk)] : editing ? [editBox(message, talk)] : said(message, talk);
  const node = row({ opens, author, at, body, talk });
  messages.set(node, message);
  node.dataset.id = id;
  if (message.pinned && !deleted) node.prepend(pinMark(message.pinned.by, talk));
  node.classList.toggle('pinned', Boolean(message.pinned && !deleted));
  node.classList.toggle('editing', editing);
  if (!deleted) node.classList.toggle('calls', author.username !== talk.me && callsReader(message.text ?? '', talk.readerOf(author)));
  node.append(...[threadFoot(message, talk), ...refusals(message, talk)].filter((part) => part !== null));
  return node;
}

/**
 * @param {Message} message
 * @param {Talk} talk
 */
function said(message, talk) {
  const { id, text = '', edited_at: edited } = message;
  /** @type {HTMLElement[]} */
  const parts = [];
  const answered = answer(message, talk);
  if (answered) parts.push(answered);
  if (text !== '') {
    const body = messageText(message, talk.readerOf(message.author));
    parts.push(body);
    if (edited) mark(body, editedMark(message, talk));
    if (isLong(text)) parts.push(...folded(body, id, talk));
  }
  return [...parts, attachments(message, talk), reactions(message, talk, (at) => talk.pickEmoji(message, at))].filter((part) => part !== null);
}

/**
 * In a thread, an answer to another answer says to which.
 * @param {Message} message
 * @param {Talk} talk
 */
function answer({ reply_to: to, root }, talk) {
  if (to === undefined || root === undefined || to === root) return null;
  const other = talk.room.thread(root).replies.find(({ id }) => id === to);
  if (!other) return null;
  const text = other.deleted ? deletionSentence(other.deleted.by, talk.me) : (other.text ?? '');
  return h('p', { class: 'answers-to' }, icon('reply'), h('bdi', { class: 'name' }, other.author.name || other.author.username), h('span', { dir: 'auto' }, text));
}

/** @param {string} text */
function isLong(text) {
  return text.length > LONG_CHARACTERS || text.split('\n').length > LONG_LINES;
}

/**
 * @param {HTMLElement} body
 * @param {string} id
 * @param {Talk} talk
 */
function folded(body, id, talk) {
  const open = talk.unfolded.has(id);
  body.classList.toggle('folded', !open);
  return [h('button', { class: 'link fold', 'aria-expanded': String(open), onclick: () => talk.unfold(id, !open) }, say(open ? 'message.less' : 'message.whole'))];
}

/** At the end of what was said, as if it belonged to it. @param {HTMLElement} body @param {HTMLElement} sign */
function mark(body, sign) {
  const last = body.lastElementChild;
  (body.classList.contains('formatted') && last?.tagName === 'P' ? last : body).append(' ', sign);
}

/**
 * @param {Message} message
 * @param {Talk} talk
 */
function editedMark(message, talk) {
  const title = moments.full(message.edited_at ?? '');
  if (!talk.offers(message).history) return h('span', { class: 'edited', title }, say('message.edited'));
  return h('button', { class: 'edited', title, onclick: () => talk.history(message) }, say('message.edited'));
}

/**
 * @param {string} by
 * @param {Talk} talk
 */
function pinMark(by, talk) {
  return h('p', { class: 'pin-mark' }, icon('pin'), h('span', {}, ...sayWith('message.pinnedBy', { name: h('bdi', {}, by === talk.me ? say('message.you') : talk.name(by)) })));
}

/**
 * The replies under it, as a way to them.
 * @param {Message} message
 * @param {Talk} talk
 */
function threadFoot(message, talk) {
  const { thread } = message;
  if (!thread || talk.root !== null) return null;
  const unread = talk.chat.threads.of(message.id)?.unread ?? 0;
  const count = h('strong', {}, say('message.replies', { count: thread.replies }));
  const last = h('span', { class: 'last' }, say('message.lastReply', { time: moments.short(thread.last_at, talk.now()) }));
  const news = unread > 0 && h('span', { class: 'count' }, String(unread), h('span', { class: 'unseen' }, say('rooms.unread', { count: unread })));
  return h('button', { class: 'thread-foot', onclick: () => talk.openThread(message) }, icon('thread'), count, last, news);
}

/**
 * What was tried with it and came to nothing.
 * @param {Message} message
 * @param {Talk} talk
 */
function refusals(message, talk) {
  const found = [];
  const deletion = talk.act(message.id)?.refusal;
  const kind = message.deleted ? 'message.notRestored' : 'message.notDeleted';
  if (deletion) found.push(h('p', { class: 'status refused', role: 'status' }, say(kind, { why: sentence(deletion, talk) })));
  for (const change of talk.refusals(message.id)) {
    const line = h('p', { class: 'status refused', role: 'status' }, say(REFUSED[change.kind], { why: change.refusal ? sentence(change.refusal, talk) : '' }));
    if (change.kind === 'edit') {
      line.append(' ', h('button', { class: 'link', onclick: () => talk.edit(message) }, say('message.editAgain')), ' ', h('button', { class: 'link', onclick: () => talk.dismiss(message.id) }, say('message.discard')));
    }
    found.push(line);
  }
  return found;
}

/**
 * @param {string} id
 * @param {string} by
 * @param {Talk} talk
 */
function gone(id, by, talk) {
  const { state, action } = talk.act(id) ?? {};
  const back = state === 'deleted' && action && h('button', { class: 'link', onclick: () => talk.undo(id) }, say('page.undo'));
  return h('p', { class: 'text deleted' }, deletionSentence(by, talk.me), ' ', back);
}

/**
 * @param {Extract<import('../chat/timeline.js').Entry, {kind: 'outgoing'}>} entry
 * @param {Talk} talk
 */
function outgoing({ item, opens }, talk) {
  const author = { username: talk.me, name: talk.name(talk.me), bot: false };
  const files = (item.files ?? []).map(({ name }) => h('li', {}, h('span', { class: 'file-chip' }, icon('file'), h('bdi', { class: 'label' }, name))));
  const body = [item.text !== '' && plainText(item.text, talk.readerOf({ username: talk.me, role: talk.chat.me.role })), files.length > 0 && h('ul', { class: 'files' }, ...files)].filter((part) => part !== false);
  const node = row({ opens, author, at: item.at, body, talk });
  node.classList.add('outgoing', item.state);
  const status = statusOf(item, talk);
  if (status) node.append(h('p', { class: 'status' }, status, ...tools(item, talk)));
  return node;
}

/**
 * @param {import('../chat/outbox.js').Outgoing} item
 * @param {Talk} talk
 */
function statusOf({ state, refusal }, talk) {
  if (state === 'waiting') return talk.connected ? '' : say('message.waits');
  if (!refusal) return '';
  const why = sentence(refusal, talk);
  return say(state === 'delayed' ? 'message.sentLater' : 'message.notSent', { why });
}

/**
 * @param {import('../chat/contract.js').Refusal} refusal
 * @param {Talk} talk
 */
function sentence(refusal, talk) {
  return refusalSentence(refusal, (time) => talk.time(time));
}

/**
 * @param {import('../chat/outbox.js').Outgoing} item
 * @param {Talk} talk
 */
function tools({ state, nonce }, talk) {
  if (state !== 'failed') return [];
  return [
    ' ',
    h('button', { class: 'link', onclick: () => talk.retry(nonce) }, say('page.again')),
    h('button', { class: 'link', onclick: () => talk.discard(nonce) }, say('message.discard')),
  ];
}

/**
 * @param {object} parts
 * @param {boolean} parts.opens
 * @param {{username: string, name: string, bot: boolean}} parts.author
 * @param {string | number} parts.at
 * @param {Node[]} parts.body
 * @param {Talk} parts.talk
 */
function row({ opens, author, at, body, talk }) {
  const iso = new Date(at).toISOString();
  const time = h('time', { datetime: iso, title: moments.full(at) }, moments.time(at));
  const name = author.name || author.username;
  if (!opens) {
    // The name is there for who listens: they do not see under which one it stands.
    const unseen = h('span', { class: 'unseen' }, say('message.saidBy', { name }));
    return h('li', { class: 'message', tabindex: '-1' }, h('span', { class: 'margin' }, time), unseen, ...body);
  }
  const person = h('button', { class: 'person', onclick: () => talk.openPerson(author.username, person) }, h('bdi', { class: 'name', title: author.username }, name));
  const who = h('p', { class: 'who' }, person);
  if (author.bot) who.append(h('span', { class: 'badge' }, say('message.bot')));
  who.append(time);
  return h('li', { class: 'message opens', tabindex: '-1' }, h('span', { class: 'margin' }, face(author.username, name)), who, ...body);
}
