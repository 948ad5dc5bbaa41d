/**
 * The table of emoji, fetched when the first colon is typed or the first picker is opened, and then kept.
 */

import { EmojiTable } from '../chat/emoji.js';

/** @type {EmojiTable | null} */
let table = null;
/** @type {Promise<EmojiTable> | null} */
let coming = null;

/** What is here by now. */
export function emojiTable() {
  return table;
}

/** @returns {Promise<EmojiTable>} */
export function loadEmoji() {
  coming ??= arrive().catch((error) => {
    coming = null; // no network now; the next colon tries again
    throw error;
  });
  return coming;
}

async function arrive() {
  const { EMOJI } = await import('../chat/emoji_table.js');
  table = new EmojiTable(EMOJI);
  return table;
}
