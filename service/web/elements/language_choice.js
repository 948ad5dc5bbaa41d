/**
 * The choice of the page's language, each by its own name: for the door and for the settings.
 *
 *     languageChoice(preferences)
 */

import { LANGUAGES, language, say } from '../words/words.js';
import { h } from './dom.js';

/** @param {import('../chat/preferences.js').Preferences} preferences */
export function languageChoice(preferences) {
  const options = Object.entries(LANGUAGES).map(([code, name]) => h('option', { value: code, lang: code, selected: code === language() }, name));
  const choose = () => {
    preferences.language = /** @type {import('../words/words.js').Language} */ (select.value);
  };
  const select = h('select', { onchange: choose }, ...options);
  return h('label', { class: 'language' }, h('span', {}, say('door.language')), select);
}
