/**
 * One's own account: how one is called, the password, where one is signed in, and the ways out.
 *
 *     <moot-account></moot-account>
 *     account.open({ chat, signOut });
 */

import { Problem } from '../chat/problem.js';
import { programInWords } from '../chat/programs.js';
import { SessionEnded } from '../chat/session.js';
import { Dialog } from './dialog.js';
import { h } from './dom.js';
import { moments } from './manner.js';

class Account extends Dialog {
  #sessions = h('ul', { class: 'choices' });
  #alert = h('p', { class: 'alert', role: 'alert', hidden: true });

  get heading() {
    return 'Your account';
  }

  body() {
    const { me } = this.chat;
    this.#list();
    const out = h('button', { class: 'primary', onclick: () => this.#leave(false) }, 'Sign out');
    const everywhere = h('button', { onclick: () => this.#leave(true) }, 'Sign out everywhere');
    return [
      h('p', { class: 'hint' }, 'You are ', h('strong', {}, me.username), `, ${me.role} of this server.`),
      this.#name(),
      h('details', {}, h('summary', {}, 'Change password'), this.#password()),
      h('h3', {}, 'Where you are signed in'),
      this.#sessions,
      this.#alert,
      h('div', { class: 'row' }, out, everywhere),
    ];
  }

  #name() {
    return this.form({
      fields: [{ name: 'name', label: 'Display name', autocomplete: 'name', value: this.chat.me.name }],
      submit: 'Save name',
      done: 'Saved.',
      minor: true,
      action: ({ name }) => this.chat.changeMe({ name: name.trim() }),
    });
  }

  #password() {
    return this.form({
      fields: [
        { name: 'current_password', label: 'Current password', type: 'password', autocomplete: 'current-password', required: true },
        { name: 'password', label: 'New password', type: 'password', autocomplete: 'new-password', required: true, minlength: 8 },
      ],
      submit: 'Change password',
      done: 'Changed. Your other devices are signed out.',
      minor: true,
      action: async ({ current_password, password }) => {
        await this.chat.changeMe({ current_password, password });
        await this.#list();
      },
    });
  }

  async #list() {
    await this.#orSay(async () => {
      const sessions = await this.chat.api.sessions();
      this.#sessions.replaceChildren(...sessions.map((session) => this.#row(session)));
    });
  }

  /** @param {{sid: string, client: string, address: string, used_at: string, current: boolean}} session */
  #row({ sid, client, address, used_at: used, current }) {
    const label = h('span', { class: 'label' }, h('bdi', { class: 'name' }, programInWords(client)));
    label.append(h('span', { class: 'topic' }, current ? 'This one' : `${address}, last used ${moments.short(used, Date.now())}`));
    const end = async () => {
      await this.#orSay(() => this.chat.api.endSession(sid));
      await this.#list();
    };
    return h('li', {}, label, !current && h('button', { onclick: end }, 'End'));
  }

  /** @param {boolean} everywhere */
  async #leave(everywhere) {
    await this.#orSay(async () => {
      await this.around.signOut(everywhere);
    });
  }

  /** @param {() => Promise<void>} act */
  async #orSay(act) {
    this.#alert.hidden = true;
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      this.#alert.textContent = error.message;
      this.#alert.hidden = false;
    }
  }
}

export function registerAccount() {
  customElements.define('moot-account', Account);
}
