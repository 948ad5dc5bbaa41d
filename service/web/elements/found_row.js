/**
 * A message in a list of messages: who said it, where and when, a few lines of it, and the way there.
 *
 *     foundRow({ message, chat, excerpt: [{ text: 'hello', hit: true }], go: () => … })
 */

import { deletionSentence } from '../chat/reasons.js';
import { say } from '../words/words.js';
import { h, icon } from './dom.js';
import { face } from './face.js';
import { moments } from './manner.js';

/**
 * @param {object} row
 * @param {import('../chat/contract.js').Message} row.message
 * @param {import('../chat/chat.js').Chat} row.chat
 * @param {() => void} row.go
 * @param {{text: string, hit?: boolean}[]} [row.excerpt] Without it, the beginning of the text.
 * @param {string} [row.room] The room's name, where the list is of several.
 * @param {Node | false} [row.badge]
 * @param {Node | false} [row.tool] Another thing that can be done.
 */
export function foundRow({ message, chat, go, excerpt, room, badge = false, tool = false }) {
  const { author, at } = message;
  const name = author.name || author.username;
  const square = face(author.username, name);
  square.classList.add('small');
  const time = h('time', { datetime: at, title: moments.full(at) }, moments.short(at, chat.clock.now()));
  const about = h('p', { class: 'about' }, square, h('bdi', { class: 'name' }, name), room !== undefined && h('span', { class: 'room' }, h('bdi', {}, room)), badge, time);
  const onclick = (/** @type {MouseEvent} */ event) => {
    // A new tab is opened by the address, as with any link.
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go();
  };
  const link = h('a', { class: 'cover', href: `#${message.room}/${message.id}`, 'aria-label': say('threads.goTo', { name }), onclick });
  return h('li', { class: 'found-row' }, link, about, h('p', { class: 'excerpt', dir: 'auto' }, ...pieces(message, chat, excerpt)), files(message), tool);
}

/**
 * @param {import('../chat/contract.js').Message} message
 * @param {import('../chat/chat.js').Chat} chat
 * @param {{text: string, hit?: boolean}[]} [excerpt]
 */
function pieces({ text = '', deleted }, chat, excerpt) {
  if (deleted) return [h('em', {}, deletionSentence(deleted.by, chat.me.username))];
  return (excerpt ?? [{ text }]).map((piece) => (piece.hit ? h('mark', {}, piece.text) : piece.text));
}

/** @param {import('../chat/contract.js').Message} message */
function files({ files: list = [] }) {
  if (list.length === 0) return null;
  return h('p', { class: 'carried' }, icon('attach'), h('bdi', {}, list.map(({ name }) => name).join(', ')));
}
