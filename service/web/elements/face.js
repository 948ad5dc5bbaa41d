/**
 * What stands for a person: a square with their initials in their own colour.
 *
 *     face('ann', 'Ann Chovey')
 */

import { hue, initials } from '../chat/names.js';
import { h } from './dom.js';

/**
 * @param {string} username
 * @param {string} name
 */
export function face(username, name) {
  const square = h('span', { class: 'face', 'aria-hidden': 'true' }, initials(name));
  square.style.setProperty('--hue', String(hue(username)));
  return square;
}
