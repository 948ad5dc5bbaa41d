/** Who one is here, and how one is called. */

import { roleInWords } from '../../chat/roles.js';
import { say, sayWith } from '../../words/words.js';
import { h } from '../dom.js';
import { face } from '../face.js';
import { formOf } from '../form.js';

/** @param {import('../hall.js').Definition} around */
export function profile({ chat }) {
  const { username, name, role } = chat.me;
  const who = h('p', {}, ...sayWith('settings.profile.you', { name: h('strong', {}, username), role: roleInWords(role) }));
  const form = formOf({
    fields: [{ name: 'name', label: say('settings.profile.displayName'), autocomplete: 'name', value: name, hint: say('settings.profile.displayNameHint') }],
    submit: say('settings.profile.save'),
    done: say('settings.saved'),
    minor: true,
    action: ({ name }) => chat.changeMe({ name: name.trim() }),
  });
  return [h('div', { class: 'whoami' }, face(username, name || username), who), form];
}
