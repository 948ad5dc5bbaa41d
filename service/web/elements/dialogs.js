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
    const close = h('button', { class: 'icon-button', 'aria-label': 'Close', onclick: () => this.close() }, icon('close'));
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
    return 'New room';
  }

  body() {
    /** @type {[string, string][]} */
    const gates = SERVER_ROLES.filter((role) => passes(this.chat.me.role, role)).map((role) => [role, capital(gateInWords(role))]);
    const form = this.form({
      fields: [
        { name: 'name', label: 'Name', required: true, autofocus: true, oninput: (name) => suggest(name) },
        { name: 'slug', label: 'Address', required: true, hint: 'Small letters, digits and -. It stays the same when the name changes.' },
        { name: 'topic', label: 'Topic', hint: 'May be left empty.' },
        { name: 'visibility', label: 'Who sees it', type: 'select', options: [['public', 'Everyone on this server'], ['private', 'Only its members']] },
        { name: 'join_role', label: 'Who may join', type: 'select', value: 'member', options: gates },
        { name: 'post_role', label: 'Who may post', type: 'select', value: 'member', options: gates },
      ],
      submit: 'Create room',
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
    return `Add someone to ${this.chat.current?.info.name ?? 'this room'}`;
  }

  body() {
    const room = this.chat.current;
    const form = this.form({
      fields: [{ name: 'username', label: 'Username', required: true, autofocus: true, hint: 'They are a member at once, if the room’s gate lets them in.' }],
      submit: 'Add',
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
    return `Leave ${this.chat.current?.info.name ?? 'this room'}?`;
  }

  body() {
    const room = this.chat.current;
    const open = room?.info.visibility === 'public';
    const text = open ? 'You can join it again from the list of rooms.' : 'You will need to be invited to come back.';
    const form = this.form({
      fields: [],
      submit: 'Leave',
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
    return 'Invite people';
  }

  body() {
    const result = h('div', { class: 'result' });
    const form = this.form({
      fields: [
        { name: 'role', label: 'They will be', type: 'select', options: [['member', 'Members'], ['guest', 'Guests']] },
        { name: 'uses', label: 'Good for', type: 'select', options: [['1', 'One person'], ['10', '10 people'], ['50', '50 people']] },
      ],
      submit: 'Make a link',
      action: async ({ role, uses }) => {
        const invite = await this.chat.api.createInvite({ role, uses: Number(uses), expires_in: WEEK_S });
        result.replaceChildren(linkBox(invite.link), h('p', { class: 'hint' }, `Good until ${moments.full(invite.expires_at)}. It is shown only now.`));
      },
    });
    return [form, result];
  }
}

/** @param {string} link */
function linkBox(link) {
  const input = h('input', { readonly: true, '.value': link, 'aria-label': 'Invite link', onfocus: () => input.select() });
  const copy = h('button', { onclick: () => copyFrom(input, copy) }, icon('copy'), 'Copy');
  return h('div', { class: 'with-button' }, input, copy);
}

/**
 * @param {HTMLInputElement} input
 * @param {HTMLButtonElement} button
 */
async function copyFrom(input, button) {
  input.select();
  // Off TLS and off loopback there is no clipboard for scripts; then the link is at least selected.
  await navigator.clipboard?.writeText(input.value).then(() => button.replaceChildren(icon('copy'), 'Copied'), () => {});
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
