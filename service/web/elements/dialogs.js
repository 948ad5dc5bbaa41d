/**
 * Small dialogs, each for one act, and what they share: a native `<dialog>`, closed by its button, Escape or a click
 * beside it, and gone from the page when closed.
 *
 *     const dialog = document.createElement('moot-new-room');
 *     dialog.open({ chat, signOut });
 *     hall.append(dialog);
 */

import { slugFrom } from '../chat/route.js';
import { SERVER_ROLES, gateInWords, passes } from '../chat/roles.js';
import { h, icon } from './dom.js';
import { moments } from './manner.js';
import { say } from '../words/words.js';

const WEEK_S = 7 * 24 * 60 * 60;

/** @typedef {import('./hall.js').Definition} Surroundings */

export class Dialog extends HTMLElement {
  /** @type {Surroundings | null} */
  #around = null;
  #dialog = h('dialog', { 'aria-labelledby': 'dialog-title' });
  /** @type {unknown} what it is about, where it is about one thing */
  subject = null;

  /**
   * @param {Surroundings} around
   * @param {unknown} [subject]
   */
  open(around, subject = null) {
    this.#around = around;
    this.subject = subject;
  }

  connectedCallback() {
    const close = h('button', { class: 'icon-button', 'aria-label': say('common.close'), onclick: () => this.close() }, icon('close'));
    const head = h('header', {}, h('h2', { id: 'dialog-title' }, this.heading), close);
    this.#dialog.replaceChildren(head, h('div', { class: 'body' }, ...this.body()));
    this.#dialog.addEventListener('close', () => this.remove());
    this.#dialog.addEventListener('click', (event) => event.target === this.#dialog && this.close());
    this.replaceChildren(this.#dialog);
    this.#dialog.showModal();
    /** @type {HTMLElement | null} */ (this.querySelector('[data-first]'))?.focus();
  }

  close() {
    this.#dialog.close();
  }

  get heading() {
    return '';
  }

  /** @returns {Node[]} */
  body() {
    return [];
  }

  get chat() {
    return this.around.chat;
  }

  get around() {
    if (this.#around === null) throw new Error('open() comes first');
    return this.#around;
  }

  /**
   * @param {import('./form.js').Definition} definition
   * @returns {import('./form.js').Form}
   */
  form(definition) {
    const form = /** @type {import('./form.js').Form} */ (document.createElement('moot-form'));
    form.define(definition);
    return form;
  }
}

class NewRoom extends Dialog {
  get heading() {
    return say('room.new.title');
  }

  body() {
    /** @type {[string, string][]} */
    const gates = SERVER_ROLES.filter((role) => passes(this.chat.me.role, role)).map((role) => [role, capital(gateInWords(role))]);
    const form = this.form({
      fields: [
        { name: 'name', label: say('common.name'), required: true, autofocus: true, oninput: (name) => suggest(name) },
        { name: 'slug', label: say('room.new.slug'), required: true, hint: say('room.new.slugHint') },
        { name: 'topic', label: say('room.new.topic'), hint: say('room.new.topicHint') },
        { name: 'visibility', label: say('room.new.visibility'), type: 'select', options: [['public', say('room.new.public')], ['private', say('room.new.private')]] },
        { name: 'join_role', label: say('room.new.joinRole'), type: 'select', value: 'member', options: gates },
        { name: 'post_role', label: say('room.new.postRole'), type: 'select', value: 'member', options: gates },
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

class AddPerson extends Dialog {
  get heading() {
    return say('room.adding.title', { room: this.chat.current?.info.name ?? say('room.this') });
  }

  body() {
    const room = this.chat.current;
    const form = this.form({
      fields: [{ name: 'username', label: say('common.username'), required: true, autofocus: true, hint: say('room.adding.hint') }],
      submit: say('room.adding.submit'),
      action: async ({ username }) => {
        if (room) await this.chat.api.addMember(room.slug, username.trim().toLowerCase());
        this.close();
      },
    });
    return [form];
  }
}

class Leave extends Dialog {
  get heading() {
    return say('room.leaving.title', { room: this.chat.current?.info.name ?? say('room.this') });
  }

  body() {
    const room = this.chat.current;
    const open = room?.info.visibility === 'public';
    const text = open ? say('room.leaving.public') : say('room.leaving.private');
    const form = this.form({
      fields: [],
      submit: say('room.leaving.submit'),
      action: async () => {
        if (room) await this.chat.leave(room.slug);
        this.close();
      },
    });
    return [h('p', {}, text), form];
  }
}

class Invite extends Dialog {
  get heading() {
    return say('admin.invite.title');
  }

  body() {
    const result = h('div', { class: 'result' });
    const form = this.form({
      fields: [
        { name: 'role', label: say('admin.invite.role'), type: 'select', options: [['member', say('admin.invite.members')], ['guest', say('admin.invite.guests')]] },
        { name: 'uses', label: say('admin.invite.uses'), type: 'select', options: [1, 10, 50].map((count) => [String(count), say('admin.invite.people', { count })]) },
      ],
      submit: say('admin.invite.submit'),
      action: async ({ role, uses }) => {
        const invite = await this.chat.api.createInvite({ role, uses: Number(uses), expires_in: WEEK_S });
        result.replaceChildren(linkBox(invite.link), h('p', { class: 'hint' }, say('admin.invite.until', { time: moments.full(invite.expires_at) })));
      },
    });
    return [form, result];
  }
}

/** @param {string} link */
function linkBox(link) {
  const input = h('input', { readonly: true, '.value': link, 'aria-label': say('admin.invite.link'), onfocus: () => input.select() });
  const copy = h('button', { onclick: () => copyFrom(input, copy) }, icon('copy'), say('common.copy'));
  return h('div', { class: 'with-button' }, input, copy);
}

/**
 * @param {HTMLInputElement} input
 * @param {HTMLButtonElement} button
 */
async function copyFrom(input, button) {
  input.select();
  // Off TLS and off loopback there is no clipboard for scripts; then the link is at least selected.
  await navigator.clipboard?.writeText(input.value).then(() => button.replaceChildren(icon('copy'), say('common.copied')), () => {});
}

/** @param {string} word */
function capital(word) {
  return word[0].toUpperCase() + word.slice(1);
}

export function registerDialogs() {
  customElements.define('moot-new-room', NewRoom);
  customElements.define('moot-add-person', AddPerson);
  customElements.define('moot-leave', Leave);
  customElements.define('moot-invite', Invite);
}
