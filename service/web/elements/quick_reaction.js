/** Small buttons for what can be done with a message at once. */

import { say } from '../words/words.js';
import { h, icon } from './dom.js';

/**
 * An emoji that one uses often, to be put under a message or taken away.
 * @param {string} emoji
 * @param {import('../chat/contract.js').Message} message
 * @param {import('./talk.js').Talk} talk
 */
export function quickReaction(emoji, message, talk) {
  const own = message.reactions.some((one) => one.emoji === emoji && one.users.includes(talk.me));
  const label = say('message.reactWith', { emoji });
  return h('button', { class: 'icon-button emoji', 'aria-pressed': String(own), 'aria-label': label, title: label, onclick: () => talk.react(message, emoji, !own) }, emoji);
}

/**
 * @param {Parameters<typeof icon>[0]} picture
 * @param {string} label
 * @param {() => void} onclick
 */
export function tool(picture, label, onclick) {
  return h('button', { class: 'icon-button', 'aria-label': label, title: label, onclick }, icon(picture));
}
