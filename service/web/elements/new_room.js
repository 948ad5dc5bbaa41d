/**
 * Making a room.
 *
 *     <moot-new-room></moot-new-room>
 */

import { slugFrom } from '../chat/route.js';
import { SERVER_ROLES, gateInWords, passes } from '../chat/roles.js';
import { say } from '../words/words.js';
import { Dialog } from './dialog.js';

class NewRoom extends Dialog {
  get heading() {
    return say('room.new.title');
  }

  body() {
    const form = this.form({
      fields: [
        { name: 'name', label: say('page.name'), required: true, autofocus: true, oninput: (name) => suggest(name) },
        { name: 'slug', label: say('room.new.slug'), required: true, hint: say('room.new.slugHint') },
        { name: 'topic', label: say('room.new.topic'), hint: say('room.new.topicHint') },
        { name: 'visibility', label: say('room.new.visibility'), type: 'select', options: visibilities() },
        { name: 'join_role', label: say('room.new.joinRole'), type: 'select', value: 'member', options: gates(this.chat.me.role) },
        { name: 'post_role', label: say('room.new.postRole'), type: 'select', value: 'member', options: gates(this.chat.me.role) },
      ],
      submit: say('room.new.submit'),
      action: async (values) => {
        const { name, slug, topic } = values;
        await this.chat.createRoom(/** @type {any} */ ({ ...values, name: name.trim(), slug: slug.trim(), topic: topic.trim() }));
        this.close();
      },
    });
    const suggest = suggestSlug(form);
    return [form];
  }
}

/** @returns {[string, string][]} */
export function visibilities() {
  return [['public', say('room.new.public')], ['private', say('room.new.private')]];
}

/**
 * The gates that somebody may set: none above their own role.
 * @param {import('../chat/contract.js').ServerRole} role
 * @returns {[string, string][]}
 */
export function gates(role) {
  return SERVER_ROLES.filter((gate) => passes(role, gate)).map((gate) => [gate, capital(gateInWords(gate))]);
}

/**
 * Fills the address from the name, until the person writes an address of their own.
 * @param {import('./form.js').Form} form
 */
function suggestSlug(form) {
  const slug = /** @type {HTMLInputElement} */ (form.field('slug'));
  let own = false;
  slug.addEventListener('input', () => {
    own = slug.value !== '';
  });
  return (/** @type {string} */ name) => {
    if (!own) slug.value = slugFrom(name);
  };
}

/** @param {string} word */
function capital(word) {
  return word[0].toLocaleUpperCase() + word.slice(1);
}

export function registerNewRoom() {
  customElements.define('moot-new-room', NewRoom);
}
