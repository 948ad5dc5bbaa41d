/**
 * What calls somebody while they look elsewhere: a number at the title, a dot on the page's icon, a badge on the
 * installed app.
 *
 *     showAttention('Lobby', { calls: 3, quiet: false })
 */

import { titleOf } from '../chat/attention.js';

const ICON = '/web/icon.svg';
const ICON_CALLED = '/web/icon_called.svg';

let calls = 0;

/**
 * @param {string} name Of the open room, or nothing.
 * @param {import('../chat/attention.js').Attention} attention
 */
export function showAttention(name, attention) {
  const title = titleOf(name, attention);
  if (document.title !== title) document.title = title;
  if (calls === attention.calls) return;
  calls = attention.calls;
  document.querySelector('link[rel="icon"]')?.setAttribute('href', calls > 0 ? ICON_CALLED : ICON);
  // Where there is no app, or it may not, there is nothing to say about it.
  const done = calls > 0 ? navigator.setAppBadge?.(calls) : navigator.clearAppBadge?.();
  done?.catch(() => {});
}

/** Nobody is signed in here: nothing of the chat stays to be seen. */
export function hideAttention() {
  showAttention('', { calls: 0, quiet: false });
}
