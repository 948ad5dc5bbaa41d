/** When the page calls: whether it may show notifications at all, and what of each room calls. */

import { LEVELS } from '../../chat/levels.js';
import { say } from '../../words/words.js';
import { h } from '../dom.js';
import { ask, permission } from '../notifications.js';

/** @type {Record<import('../../chat/levels.js').Level, import('../../words/words.js').Key>} */
export const LEVEL_NAMES = { all: 'settings.level.all', mentions: 'settings.level.mentions', none: 'settings.level.none' };

/** @param {import('../hall.js').Definition} around */
export function notifications({ chat, preferences }) {
  const note = h('p', { class: 'hint', role: 'status' });
  const input = h('input', { type: 'checkbox', '.checked': preferences.notify && permission() === 'granted', onchange: () => turn() });
  const explain = () => {
    const state = permission();
    note.textContent = state === 'denied' ? say('settings.notify.denied') : state === 'missing' ? say('settings.notify.missing') : '';
    input.disabled = state === 'missing';
  };
  const turn = async () => {
    // The browser asks only after a click of the person's own: this one.
    preferences.notify = input.checked && (await ask());
    input.checked = preferences.notify;
    explain();
  };
  explain();
  const label = h('span', {}, say('settings.notify.on'), h('small', {}, say('settings.notify.onHint')));
  const rooms = chat.list().filter((room) => room.isMember);
  const list = h('ul', { class: 'choices levels' }, ...rooms.map((room) => row(room, chat.levels)));
  return [
    h('label', { class: 'check' }, input, label),
    note,
    h('h4', {}, say('settings.level.title')),
    rooms.length > 0 ? list : h('p', { class: 'hint' }, say('rooms.none')),
    h('p', { class: 'hint' }, say('settings.look.here')),
  ];
}

/**
 * @param {import('../../chat/room.js').Room} room
 * @param {import('../../chat/levels.js').Levels} levels
 */
function row({ info }, levels) {
  const options = LEVELS.map((level) => h('option', { value: level, selected: level === levels.of(info) }, say(LEVEL_NAMES[level])));
  const choose = () => levels.set(info, /** @type {import('../../chat/levels.js').Level} */ (select.value));
  const select = h('select', { onchange: choose }, ...options);
  const label = h('label', {}, h('bdi', { class: 'name' }, info.name), select);
  return h('li', {}, label);
}
