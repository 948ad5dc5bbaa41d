/**
 * What somebody may do in a room, rule by rule: oneself, and anybody for who moderates it.
 *
 *     <moot-access></moot-access>
 *     access.show(chat, 'lobby');
 */

import { moderates } from '../../chat/authority.js';
import { inWords } from '../../chat/codes.js';
import { actionName, rankName, ruleName } from '../../chat/moderation/rights.js';
import { Problem } from '../../chat/problem.js';
import { refusalSentence } from '../../chat/reasons.js';
import { roleInWords } from '../../chat/roles.js';
import { SessionEnded } from '../../chat/session.js';
import { say } from '../../words/words.js';
import { fill, h, icon } from '../dom.js';
import { face } from '../face.js';
import { moments } from '../manner.js';

/** @typedef {import('../../chat/moderation/rights.js').Found} Found */

export class Access extends HTMLElement {
  /** @type {import('../../chat/chat.js').Chat | null} */
  #chat = null;
  #slug = '';
  #questions = 0;
  #user = h('input', { type: 'search', name: 'user', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', required: true });
  #result = h('div', { class: 'access', 'aria-live': 'polite' });

  /**
   * @param {import('../../chat/chat.js').Chat} chat
   * @param {string} slug
   * @param {string} [user] Whose permissions; one's own, if left out.
   */
  show(chat, slug, user = chat.me.username) {
    this.#chat = chat;
    this.#slug = slug;
    const info = chat.rooms.get(slug)?.info ?? chat.directory.find((one) => one.slug === slug);
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#ask(this.#user.value.trim().toLowerCase());
    };
    const label = h('label', { class: 'field' }, h('span', {}, say('moderation.access.whom')), this.#user);
    const form = h('form', { class: 'tools-row', role: 'search', onsubmit: submit }, label, h('button', { type: 'submit' }, say('moderation.access.explain')));
    fill(this, info && moderates(info) && form, this.#result);
    this.#user.value = user;
    this.#ask(user);
  }

  /** @param {string} user */
  async #ask(user) {
    const chat = /** @type {import('../../chat/chat.js').Chat} */ (this.#chat);
    const question = (this.#questions += 1);
    const query = user === chat.me.username ? '' : `?user=${encodeURIComponent(user)}`;
    try {
      const found = await chat.api.ask(`/api/rooms/${this.#slug}/permissions${query}`);
      if (question === this.#questions) fill(this.#result, this.#head(found), ...found.actions.map(action));
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      fill(this.#result, h('p', { class: 'alert', role: 'alert' }, refusalSentence(error, (time) => moments.short(time, Date.now()))));
    }
  }

  /** @param {Found} found */
  #head({ user, role, room_role: here, rank }) {
    const name = this.#chat?.names.of(user) ?? user;
    const words = [user, roleInWords(role), here === null ? say('moderation.person.stranger') : roleInWords(here), rankName(rank)];
    return h('div', { class: 'who' }, face(user, name), h('span', { class: 'label' }, h('bdi', { class: 'name' }, name), h('span', { class: 'topic' }, words.join(' · '))));
  }
}

/** @param {Found['actions'][number]} permission */
function action({ action, allowed, rules }) {
  const summary = h('summary', {}, icon(allowed ? 'check' : 'close'), h('span', {}, actionName(action)), h('small', {}, say(allowed ? 'moderation.access.yes' : 'moderation.access.no')));
  return h('details', { class: allowed ? 'allowed' : 'refused', open: !allowed }, summary, h('ul', {}, ...rules.map(rule)));
}

/** @param {import('../../chat/moderation/rights.js').Rule} given */
function rule({ rule, holds, message = '', why }) {
  // A rule that nobody set is told by its name alone.
  const told = !holds && (why?.by || why?.reason || why?.until) ? refusalSentence({ message: inWords({ code: '', message, why }), why }, (time) => moments.short(time, Date.now())) : null;
  return h('li', { class: holds ? 'holds' : 'fails' }, icon(holds ? 'check' : 'close'), h('span', {}, ruleName(rule), told && h('small', {}, told)));
}

export function registerAccess() {
  customElements.define('moot-access', Access);
}
