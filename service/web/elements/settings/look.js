/** The page's language and colours, in this browser. */

import { THEMES } from '../../chat/preferences.js';
import { say } from '../../words/words.js';
import { h } from '../dom.js';
import { languageChoice } from '../language_choice.js';

/** @type {Record<import('../../chat/preferences.js').Theme, import('../../words/words.js').Key>} */
const NAMES = { system: 'settings.theme.system', light: 'settings.theme.light', dark: 'settings.theme.dark' };

/** @param {import('../hall.js').Definition} around */
export function look({ preferences }) {
  const choices = THEMES.map((theme) => {
    const choose = () => {
      preferences.theme = theme;
    };
    const input = h('input', { type: 'radio', name: 'theme', value: theme, '.checked': preferences.theme === theme, onchange: choose });
    return h('label', {}, input, say(NAMES[theme]));
  });
  const themes = h('fieldset', {}, h('legend', {}, say('settings.theme.title')), h('div', { class: 'segments' }, ...choices));
  return [languageChoice(preferences), themes, h('p', { class: 'hint' }, say('settings.look.here'))];
}
