/**
 * A message's text, to be changed in its place: Enter saves, Escape leaves it as it was.
 */

import { say } from '../words/words.js';
import { h } from './dom.js';

/**
 * @param {import('../chat/contract.js').Message} message
 * @param {import('./talk.js').Talk} talk
 */
export function editBox(message, talk) {
  const refused = talk.refusals(message.id).find(({ kind }) => kind === 'edit')?.text;
  const writing = /** @type {import('./writing.js').Writing} */ (document.createElement('moot-writing'));
  const empty = (message.files?.length ?? 0) > 0;
  const save = () => {
    // To say nothing any more is to delete it, which is another act.
    if (writing.left < 0 || (writing.value.trim() === '' && !empty)) return writing.input.focus();
    talk.edited(message, writing.value);
  };
  const cancel = () => talk.edited(message, null);
  writing.define({ chat: talk.chat, room: talk.room, label: say('message.editing'), submit: save, escape: cancel });
  writing.value = refused ?? message.text ?? '';
  const buttons = [
    h('button', { class: 'small', onclick: cancel }, say('page.cancel')),
    h('button', { class: 'small primary', onclick: save }, say('message.save')),
  ];
  const hint = h('span', { class: 'hint' }, say('message.editHint'));
  // It is drawn before it is on the page, where alone it can have the focus.
  queueMicrotask(() => writing.focusEnd());
  return h('div', { class: 'edit-box' }, writing, h('div', { class: 'row' }, hint, ...buttons));
}
