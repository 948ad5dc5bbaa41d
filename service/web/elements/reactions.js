/**
 * The emoji under a message: each with how many put it there, pressed where one did so oneself.
 */

import { say } from '../words/words.js';
import { h, icon } from './dom.js';

/** Names in a tooltip; of more it says how many. */
const NAMED_MAX = 12;

/**
 * @param {import('../chat/contract.js').Message} message
 * @param {import('./talk.js').Talk} talk
 * @param {(at: Element) => void} pick Offers more emoji.
 */
export function reactions(message, talk, pick) {
  if (!message.reactions?.length) return null;
  const { react } = talk.offers(message);
  const chips = message.reactions.map((one) => h('li', {}, chip(message, one, talk, react)));
  const more = h('button', { class: 'chip more', 'aria-label': say('message.react'), title: say('message.react'), onclick: () => pick(more) }, icon('smile'));
  if (react) chips.push(h('li', {}, more));
  return h('ul', { class: 'reactions', 'aria-label': say('message.reactions') }, ...chips);
}

/**
 * @param {import('../chat/contract.js').Message} message
 * @param {import('../chat/contract.js').Reaction} reaction
 * @param {import('./talk.js').Talk} talk
 * @param {boolean} may
 */
function chip(message, { emoji, count, users }, talk, may) {
  const own = users.includes(talk.me);
  const label = say('message.reacted', { emoji, count, names: who(users, count, talk) });
  const onclick = () => talk.react(message, emoji, !own);
  return h('button', { class: 'chip', 'aria-pressed': String(own), 'aria-label': label, title: label, disabled: !may, onclick }, h('span', { class: 'emoji' }, emoji), h('span', { class: 'number' }, String(count)));
}

/**
 * @param {string[]} users
 * @param {number} count
 * @param {import('./talk.js').Talk} talk
 */
function who(users, count, talk) {
  const named = users.slice(0, NAMED_MAX).map((user) => (user === talk.me ? say('message.you') : talk.name(user)));
  const rest = count - named.length;
  return named.join(', ') + (rest > 0 ? ` ${say('message.andMore', { count: rest })}` : '');
}
