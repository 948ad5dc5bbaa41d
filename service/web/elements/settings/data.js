/** What the server has of one: all of it, to take along, and the end of it. */

import { Problem } from '../../chat/problem.js';
import { SessionEnded } from '../../chat/session.js';
import { say } from '../../words/words.js';
import { h, icon } from '../dom.js';
import { formOf } from '../form.js';

/** The address of a file that was fetched is let go of when the browser has surely begun to save it. */
const LET_GO_AFTER_MS = 60_000;

/** @param {import('../hall.js').Definition} around */
export function ownData({ chat, signOut }) {
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
  const taken = [h('p', {}, say('settings.data.text')), h('div', { class: 'row' }, button), status, alert];
  return [...taken, h('details', {}, h('summary', {}, say('settings.leave.title')), h('p', { class: 'hint' }, say('settings.leave.text')), leaving(chat, signOut))];
}

/**
 * @param {import('../../chat/chat.js').Chat} chat
 * @param {(everywhere: boolean) => Promise<void>} signOut
 */
function leaving(chat, signOut) {
  return formOf({
    fields: [
      {
        name: 'messages',
        label: say('settings.leave.messages'),
        type: 'select',
        value: 'keep',
        options: [['keep', say('settings.leave.keep')], ['detach', say('settings.leave.detach')], ['delete', say('settings.leave.delete')]],
      },
      { name: 'password', label: say('settings.leave.password'), type: 'password', autocomplete: 'current-password', required: true },
    ],
    submit: say('settings.leave.submit'),
    danger: true,
    action: async ({ messages, password }) => {
      // The server ends the connection before it answers: that is no session that somebody else has ended.
      chat.pause();
      try {
        await chat.api.leaveForGood({ messages, password });
      } catch (error) {
        chat.connection.start();
        throw error;
      }
      await signOut(false);
    },
  });
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
