/** The way from a list beside the room to a message in it. */

import { quietly } from '../chat/quietly.js';

/** There the pane covers the room. The same number stands in `styles/panes.css`. */
const NARROW = '(max-width: 719px)';

/**
 * @param {HTMLElement} pane
 * @param {import('../chat/chat.js').Chat} chat
 * @param {import('../chat/contract.js').Message} message
 */
export async function goTo(pane, chat, message) {
  if (matchMedia(NARROW).matches) pane.dispatchEvent(new CustomEvent('close-side', { bubbles: true }));
  await quietly(chat.goTo(message.room, message));
}
