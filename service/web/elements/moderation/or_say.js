/**
 * Doing something from a row of a list, and saying in that row why it could not be done.
 */

import { Problem } from '../../chat/problem.js';
import { refusalSentence } from '../../chat/reasons.js';
import { SessionEnded } from '../../chat/session.js';
import { h } from '../dom.js';
import { moments } from '../manner.js';

/**
 * @param {HTMLElement} row
 * @param {() => Promise<unknown>} act
 */
export async function orSay(row, act) {
  if (row.hasAttribute('busy')) return;
  row.querySelector(':scope > .alert')?.remove();
  // Not by disabling its buttons: whoever went to one by keyboard would be nowhere.
  row.toggleAttribute('busy', true);
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
    row.append(h('p', { class: 'alert', role: 'alert' }, refusalSentence(error, (time) => moments.short(time, Date.now()))));
  } finally {
    row.toggleAttribute('busy', false);
  }
}
