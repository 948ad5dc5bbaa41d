/**
 * One of a few, side by side.
 *
 *     const spans = choices(say('moderation.act.howLong'), [{ value: '1h', label: '1 hour' }, …], '1h', (value) => …);
 *
 * @typedef {{value: string, label: string}} Choice
 */

import { h } from '../dom.js';

let count = 0;

/**
 * @param {string} legend
 * @param {Choice[]} options
 * @param {string} chosen
 * @param {(value: string) => void} onchoice
 */
export function choices(legend, options, chosen, onchoice) {
  const name = `choice-${(count += 1)}`;
  const rows = options.map(({ value, label }) => {
    const input = h('input', { type: 'radio', name, value, checked: value === chosen, onchange: () => onchoice(value) });
    return h('label', {}, input, label);
  });
  return h('fieldset', {}, h('legend', {}, legend), h('div', { class: 'segments' }, ...rows));
}
