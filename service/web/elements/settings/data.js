/** What the server has of one: all of it, to take along. */

import { Problem } from '../../chat/problem.js';
import { SessionEnded } from '../../chat/session.js';
import { say } from '../../words/words.js';
import { h, icon } from '../dom.js';

/** The address of a file that was fetched is let go of when the browser has surely begun to save it. */
const LET_GO_AFTER_MS = 60_000;

/** @param {import('../hall.js').Definition} around */
export function ownData({ chat }) {
  const status = h('p', { class: 'hint', role: 'status' });
  const alert = h('p', { class: 'alert', role: 'alert', hidden: true });
  const button = h('button', { onclick: () => fetch() }, icon('down'), say('settings.data.export'));
  const fetch = async () => {
    alert.hidden = true;
    button.disabled = true;
    status.textContent = say('settings.data.collecting');
    try {
      save(await chat.api.exportMe(), `folkmoot-${chat.me.username}.zip`);
      status.textContent = say('settings.data.done');
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      status.textContent = '';
      alert.textContent = error.message;
      alert.hidden = false;
    } finally {
      button.disabled = false;
    }
  };
  return [h('p', {}, say('settings.data.text')), h('div', { class: 'row' }, button), status, alert];
}

/**
 * @param {Blob} blob
 * @param {string} name
 */
function save(blob, name) {
  const href = URL.createObjectURL(blob);
  h('a', { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), LET_GO_AFTER_MS);
}
