/**
 * All that can be done with a message, as a menu: loaded when the first one is opened.
 */

import { say } from '../words/words.js';
import { h } from './dom.js';
import { openMenu } from './menu.js';
import { quickReaction, tool } from './quick_reaction.js';

/** How many of the emoji that one uses most stand above it. */
const AT_HAND = 6;

/**
 * @param {object} wish
 * @param {import('../chat/contract.js').Message} wish.message
 * @param {import('./talk.js').Talk} wish.talk
 * @param {import('./popover.js').Place} wish.at
 * @param {HTMLElement} wish.within
 * @param {boolean} wish.held Whether a finger still rests on the message.
 * @param {() => void} wish.closed
 */
export function openMessageMenu({ message, talk, at, within, held, closed }) {
  const offers = talk.offers(message);
  const head = offers.react ? emojiRow(message, talk, at instanceof Element ? at : within) : undefined;
  openMenu({ at, within, label: say('message.actions'), items: itemsOf(message, talk, offers), head, held, closed });
}

/**
 * @param {import('../chat/contract.js').Message} message
 * @param {import('./talk.js').Talk} talk
 * @param {Element} near
 */
function emojiRow(message, talk, near) {
  const quick = talk.chat.emoji.list().slice(0, AT_HAND).map((emoji) => quickReaction(emoji, message, talk));
  const row = h('div', { class: 'emoji-row' }, ...quick, tool('smile', say('message.react'), () => talk.pickEmoji(message, near)));
  for (const button of row.querySelectorAll('button')) button.tabIndex = -1;
  return row;
}

/**
 * @param {import('../chat/contract.js').Message} message
 * @param {import('./talk.js').Talk} talk
 * @param {import('./talk.js').Offers} offers
 * @returns {(import('./menu.js').MenuItem | null)[]}
 */
function itemsOf(message, talk, offers) {
  /** @type {(import('./menu.js').MenuItem | false)[][]} */
  const groups = [
    [
      offers.reply && { label: say('message.reply'), picture: 'thread', keys: 'R', act: () => talk.openThread(message) },
      offers.quote && { label: say('message.quote'), picture: 'quote', act: () => talk.quote(message) },
      offers.edit && { label: say('message.edit'), picture: 'edit', keys: 'E', act: () => talk.edit(message) },
      offers.pin && { label: say(message.pinned ? 'message.unpin' : 'message.pin'), picture: 'pin', act: () => talk.pin(message) },
      offers.unread && { label: say('message.unread'), picture: 'unread', keys: 'U', act: () => talk.markUnread(message) },
    ],
    [
      offers.copy && { label: say('message.copyText'), picture: 'copy', act: () => copy(message.text ?? '') },
      { label: say('message.copyLink'), picture: 'link', act: () => copy(talk.linkTo(message)) },
      offers.history && { label: say('message.history'), picture: 'clock', act: () => talk.history(message) },
      offers.readers && { label: say('message.readers'), picture: 'people', act: () => talk.readers(message) },
    ],
    [
      offers.report && { label: say('message.report'), picture: 'flag', act: () => talk.report(message) },
      offers.moderate && { label: say('message.moderate'), picture: 'shield', act: () => talk.moderate(message) },
      offers.delete && { label: say('message.delete'), picture: 'trash', keys: 'Delete', grave: true, act: () => talk.delete(message.id) },
    ],
  ];
  const filled = groups.map((group) => group.filter((item) => item !== false)).filter((group) => group.length > 0);
  return filled.flatMap((group, i) => (i === 0 ? group : [null, ...group]));
}

/** Off TLS and off loopback there is no clipboard for scripts. @param {string} text */
function copy(text) {
  navigator.clipboard?.writeText(text).catch(() => {});
}
