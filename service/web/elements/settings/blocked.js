/** Whom one has blocked. */

import { Problem } from '../../chat/problem.js';
import { SessionEnded } from '../../chat/session.js';
import { say } from '../../words/words.js';
import { h } from '../dom.js';
import { face } from '../face.js';

/** @param {import('../hall.js').Definition} around */
export function blocked({ chat }) {
  const list = h('ul', { class: 'choices' }, h('li', { class: 'empty' }, h('span', { role: 'status' }, say('page.loading'))));
  const alert = h('p', { class: 'alert', role: 'alert', hidden: true });
  const load = async () => {
    try {
      alert.hidden = true;
      const people = await chat.api.blocks();
      const nobody = h('li', { class: 'empty' }, say('settings.blocked.nobody'));
      list.replaceChildren(...(people.length > 0 ? people.map((person) => row(person)) : [nobody]));
    } catch (error) {
      explain(error);
    }
  };
  /** @param {unknown} error */
  const explain = (error) => {
    if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
    alert.textContent = error.message;
    alert.hidden = false;
  };
  /** @param {{user: string, name: string}} person */
  const row = ({ user, name }) => {
    const unblock = () => chat.api.block(user, false).then(load, explain);
    const label = h('span', { class: 'label' }, h('bdi', { class: 'name' }, name || user), h('span', { class: 'topic' }, user));
    const button = h('button', { class: 'small', 'aria-label': say('settings.blocked.unblockOne', { name: name || user }), onclick: unblock }, say('settings.blocked.unblock'));
    return h('li', {}, face(user, name || user), label, button);
  };
  load();
  return [h('p', { class: 'hint' }, say('settings.blocked.hint')), list, alert];
}
