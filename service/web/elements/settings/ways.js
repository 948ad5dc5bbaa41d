/** The ways out: here, or everywhere. What still waits to be sent is asked about first. */

import { Problem } from '../../chat/problem.js';
import { SessionEnded } from '../../chat/session.js';
import { say } from '../../words/words.js';
import { h } from '../dom.js';

/** @param {import('../hall.js').Definition} around */
export function ways({ chat, signOut }) {
  const alert = h('p', { class: 'alert', role: 'alert', hidden: true });
  const foot = h('div', { class: 'ways' });
  /** @param {boolean} everywhere */
  const leave = async (everywhere) => {
    alert.hidden = true;
    try {
      await signOut(everywhere);
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      alert.textContent = error.message;
      alert.hidden = false;
    }
  };
  /** @param {boolean} everywhere */
  const wish = (everywhere) => (chat.waiting > 0 ? question(everywhere) : leave(everywhere));
  /** @param {boolean} everywhere */
  const question = (everywhere) => {
    const stay = h('button', { onclick: offer }, say('settings.signOut.stay'));
    const go = h('button', { class: 'danger', onclick: () => leave(everywhere) }, say('settings.signOut.anyway'));
    foot.replaceChildren(h('p', { class: 'caution', role: 'alert' }, say('settings.signOut.waiting', { count: chat.waiting })), h('div', { class: 'acts' }, stay, go), alert);
    stay.focus();
  };
  const offer = () => {
    const out = h('button', { class: 'primary', onclick: () => wish(false) }, say('settings.signOut'));
    const everywhere = h('button', { onclick: () => wish(true) }, say('settings.signOutEverywhere'));
    foot.replaceChildren(alert, h('div', { class: 'acts' }, everywhere, out));
  };
  offer();
  return foot;
}
