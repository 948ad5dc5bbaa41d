/**
 * The keys, listed: those that work anywhere from the table that is listened to, and those of the places where one
 * writes and reads.
 *
 *     <moot-shortcuts></moot-shortcuts>
 *     shortcuts.open({ chat });
 */

import { SHORTCUTS } from '../../chat/shortcuts.js';
import { needs, say } from '../../words/words.js';
import { Dialog } from '../dialog.js';
import { h } from '../dom.js';

/** @typedef {import('../../words/words.js').Key} Key */

/** @type {Record<import('../../chat/shortcuts.js').Act, Key>} */
const ACTS = {
  switch: 'settings.shortcuts.switch',
  search: 'settings.shortcuts.search',
  previous: 'settings.shortcuts.previous',
  next: 'settings.shortcuts.next',
  'previous-unread': 'settings.shortcuts.previousUnread',
  'next-unread': 'settings.shortcuts.nextUnread',
  settings: 'settings.shortcuts.settings',
  help: 'settings.shortcuts.help',
  latest: 'settings.shortcuts.latest',
};

/** @type {[string[], Key][]} */
const WRITING = [
  [['Enter'], 'settings.shortcuts.send'],
  [['Shift', 'Enter'], 'settings.shortcuts.newLine'],
  [['↑'], 'settings.shortcuts.editLast'],
  [['@'], 'settings.shortcuts.completeName'],
  [[':'], 'settings.shortcuts.completeEmoji'],
];

/** @type {[string[], Key][]} */
const READING = [
  [['↑', '↓'], 'settings.shortcuts.walk'],
  [['Enter'], 'settings.shortcuts.menu'],
];

const SIGNS = /** @type {Record<string, string>} */ ({ ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc' });

class Shortcuts extends Dialog {
  get heading() {
    return say('settings.shortcuts.title');
  }

  get wide() {
    return true;
  }

  body() {
    const mod = /Mac|iPhone|iPad/u.test(navigator.userAgent) ? '⌘' : 'Ctrl';
    /** @type {[string[], Key][]} */
    const anywhere = SHORTCUTS.map(({ act, key, mod: held, alt, shift }) => {
      const keys = [held && mod, alt && 'Alt', shift && 'Shift', SIGNS[key] ?? key.toUpperCase()].filter((one) => typeof one === 'string');
      return [keys, ACTS[act]];
    });
    return [
      h('div', { class: 'shortcuts' },
        group(say('settings.shortcuts.anywhere'), anywhere),
        h('div', {}, group(say('settings.shortcuts.writing'), WRITING), group(say('settings.shortcuts.reading'), READING)),
      ),
    ];
  }
}

/**
 * @param {string} title
 * @param {[string[], Key][]} rows
 */
function group(title, rows) {
  const list = h('dl', {});
  for (const [keys, key] of rows) list.append(h('div', {}, h('dt', {}, ...keys.map((one) => h('kbd', {}, one))), h('dd', {}, say(key))));
  return h('section', {}, h('h3', {}, title), list);
}

export async function register() {
  await needs('settings');
  customElements.define('moot-shortcuts', Shortcuts);
}
