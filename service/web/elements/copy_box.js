/**
 * Something to be taken along: a link, with a button that copies it.
 *
 *     copyBox(invite.link, say('admin.invite.link'))
 */

import { say } from '../words/words.js';
import { h, icon } from './dom.js';

/**
 * @param {string} text
 * @param {string} label
 */
export function copyBox(text, label) {
  const input = h('input', { readonly: true, '.value': text, 'aria-label': label, onfocus: () => input.select() });
  const copy = h('button', { onclick: () => copyFrom(input, copy) }, icon('copy'), say('page.copy'));
  return h('div', { class: 'with-button' }, input, copy);
}

/**
 * @param {HTMLInputElement} input
 * @param {HTMLButtonElement} button
 */
async function copyFrom(input, button) {
  input.select();
  // Off TLS and off loopback there is no clipboard for scripts; then the link is at least selected.
  await navigator.clipboard?.writeText(input.value).then(() => button.replaceChildren(icon('copy'), say('page.copied')), () => {});
}
