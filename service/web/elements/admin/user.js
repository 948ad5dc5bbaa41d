/**
 * One account, as an admin looks after it: its name, a way back in, a link for a new password, its end.
 *
 *     <moot-user></moot-user>
 *     user.open(around, { user, done });
 */

import { moderationOf } from '../../chat/moderation/moderation.js';
import { say } from '../../words/words.js';
import { copyBox } from '../copy_box.js';
import { Dialog } from '../dialog.js';
import { h } from '../dom.js';
import { moments } from '../manner.js';
import { choices } from '../moderation/choices.js';
import { personHead } from '../moderation/person.js';

/** What becomes of what somebody said. @type {Record<string, import('../../words/words.js').Key>} */
const HINTS = { keep: 'admin.user.keepHint', detach: 'admin.user.detachHint', delete: 'admin.user.eraseHint' };

class OneUser extends Dialog {
  #alert = h('p', { class: 'alert', role: 'alert', hidden: true });

  get heading() {
    return say('admin.user.title', { name: this.#user.name || this.#user.username });
  }

  /** @returns {import('../../chat/contract.js').User} */
  get #user() {
    return this.subject.user;
  }

  body() {
    const self = this.#user.username === this.chat.me.username;
    return [
      personHead(this.chat, this.#user.username, null),
      this.#alert,
      this.#rename(),
      ...(this.#user.suspended ? [this.#restore()] : []),
      ...(this.#user.bot ? [] : [this.#reset()]),
      ...(self ? [] : [this.#delete()]),
    ];
  }

  #rename() {
    return this.form({
      fields: [{ name: 'name', label: say('admin.user.name'), value: this.#user.name, maxlength: 80 }],
      submit: say('admin.user.rename'),
      done: say('admin.user.saved'),
      minor: true,
      action: async ({ name }) => {
        await moderationOf(this.chat).act({ kind: 'rename', user: this.#user.username, change: { name: name.trim() } });
        this.subject.done?.();
      },
    });
  }

  #restore() {
    const restore = () => this.orAlert(this.#alert, async () => {
      await moderationOf(this.chat).carryOut({ kind: 'restore', user: this.#user.username });
      this.#finish();
    });
    return h('section', {}, h('h3', {}, say('admin.user.suspended')), h('button', { onclick: restore }, say('admin.user.restore')));
  }

  #reset() {
    const result = h('div', { class: 'result', role: 'status' });
    const reset = () => this.orAlert(this.#alert, async () => {
      const { link, expires_at: until } = await moderationOf(this.chat).act({ kind: 'resetPassword', user: this.#user.username });
      result.replaceChildren(copyBox(link, say('admin.user.link')), h('p', { class: 'hint' }, say('admin.user.linkOnce', { time: moments.full(until) })));
    });
    return h('details', {}, h('summary', {}, say('admin.user.password')), h('p', { class: 'hint' }, say('admin.user.passwordHint')), h('button', { onclick: reset }, say('admin.user.makeLink')), result);
  }

  #delete() {
    const { username } = this.#user;
    const submit = h('button', { type: 'submit', class: 'danger', disabled: true }, say('admin.user.delete'));
    const label = say('admin.user.typeName', { username });
    const typed = h('input', { autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' });
    typed.addEventListener('input', () => (submit.disabled = typed.value.trim() !== username));
    const preview = /** @type {import('../moderation/preview.js').Preview} */ (document.createElement('moot-preview'));
    const rehearsal = moderationOf(this.chat).rehearsal();
    preview.show(rehearsal);
    let messages = 'keep';
    const wish = () => ({ kind: 'deleteUser', user: username, change: { messages } });
    const onsubmit = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.orAlert(this.#alert, async () => {
        await moderationOf(this.chat).carryOut(wish());
        this.#finish();
      });
    };
    const options = [
      { value: 'keep', label: say('admin.user.keep') },
      { value: 'detach', label: say('admin.user.detach') },
      { value: 'delete', label: say('admin.user.erase') },
    ];
    const hint = h('p', { class: 'hint' }, say('admin.user.keepHint'));
    const what = choices(say('admin.user.messages'), options, messages, (value) => {
      messages = value;
      hint.textContent = say(HINTS[value]);
      rehearsal.consider(wish());
    });
    const form = h('form', { class: 'act', onsubmit }, h('p', { class: 'hint' }, say('admin.user.deleteHint')), what, hint, h('label', { class: 'field' }, h('span', {}, label), typed), preview, h('div', { class: 'acts' }, submit));
    const ontoggle = () => rehearsal.consider(wish());
    return h('details', { ontoggle }, h('summary', { class: 'danger' }, say('admin.user.delete')), form);
  }

  #finish() {
    this.close();
    this.subject.done?.();
  }
}

export function registerUser() {
  customElements.define('moot-user', OneUser);
}
