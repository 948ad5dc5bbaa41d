/** What this is, and which edition of it. */

import { say } from '../../words/words.js';
import { h } from '../dom.js';

/** @param {import('../hall.js').Definition} around */
export function about({ chat, edition }) {
  const server = location.host;
  const facts = h('dl', { class: 'facts' });
  const fact = (/** @type {string} */ name, /** @type {string} */ value) => facts.append(h('dt', {}, name), h('dd', {}, value));
  fact(say('settings.about.server'), server);
  fact(say('settings.about.version'), edition.version || '–');
  fact(say('settings.about.session'), chat.connection.hello?.session ?? '–');
  const docs = h('a', { href: '/docs', target: '_blank', rel: 'noopener' }, say('settings.about.docs'));
  return [h('p', {}, say('settings.about.text')), facts, h('p', {}, docs)];
}
