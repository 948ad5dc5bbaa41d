/**
 * The pages for who is not in: sign in, sign up by an invite, set the server up, choose a new password.
 *
 *     <moot-door></moot-door>
 *     door.define({ page: 'sign-in', notice: '', secret: '', api, session, preferences, saved });
 *
 * @typedef {'sign-in' | 'sign-up' | 'set-up' | 'reset'} Page
 *
 * @typedef {object} Definition
 * @property {Page} page
 * @property {string} notice
 * @property {string} secret The token or code of the link.
 * @property {import('../chat/api.js').Api} api
 * @property {import('../chat/session.js').Session} session
 * @property {import('../chat/preferences.js').Preferences} preferences
 * @property {() => void} saved What comes after a new password.
 */

import { Problem } from '../chat/problem.js';
import { say, sayWith } from '../words/words.js';
import { h } from './dom.js';
import { languageChoice } from './language_choice.js';

const PASSWORD_LENGTH = 8;

/** @returns {import('./form.js').Field} */
function username() {
  return { name: 'username', label: say('page.username'), autocomplete: 'username', required: true, autofocus: true };
}

/** @returns {import('./form.js').Field} */
function newPassword() {
  return {
    name: 'password',
    label: say('door.password'),
    type: 'password',
    autocomplete: 'new-password',
    required: true,
    minlength: PASSWORD_LENGTH,
    hint: say('door.passwordHint'),
  };
}

export class Door extends HTMLElement {
  /** @param {Definition} definition */
  define(definition) {
    const { title, intro, form, other } = PAGES[definition.page](definition);
    document.title = `${title} · Folkmoot`;
    const fields = /** @type {import('./form.js').Form} */ (document.createElement('moot-form'));
    fields.define(form);
    const brand = h('p', { class: 'brand' }, h('img', { src: '/web/icon.svg', alt: '' }), 'Folkmoot');
    const notice = definition.notice ? h('p', { class: 'door-notice', role: 'status' }, definition.notice) : null;
    const card = h('section', { class: 'card', 'aria-labelledby': 'door-title' });
    card.append(h('h1', { id: 'door-title' }, title), ...(intro ? [h('p', { class: 'intro' }, intro)] : []), fields);
    const foot = h('p', { class: 'other' }, ...other);
    this.replaceChildren(h('main', {}, brand, notice, card, foot, languageChoice(definition.preferences)));
  }

  /**
   * Goes on for one in another language: what was typed stays.
   * @param {Door} before
   */
  takeOver(before) {
    /** @type {NodeListOf<HTMLInputElement>} */
    const inputs = this.querySelectorAll('input[name]');
    for (const input of inputs) {
      const old = /** @type {HTMLInputElement | null} */ (before.querySelector(`input[name="${input.name}"]`));
      if (old) input.value = old.value;
    }
    /** @type {HTMLElement | null} */ (this.querySelector('.language select'))?.focus();
  }
}

/**
 * @typedef {{title: string, intro: string, form: import('./form.js').Definition, other: (string | Node)[]}} Content
 * @type {Record<Page, (definition: Definition) => Content>}
 */
const PAGES = {
  'sign-in': ({ session }) => ({
    title: say('door.signIn.title'),
    intro: '',
    form: {
      fields: [username(), { ...newPassword(), hint: undefined, minlength: undefined, autocomplete: 'current-password' }],
      submit: say('door.signIn.submit'),
      action: ({ username, password }) => signIn(session, username, password),
    },
    other: sayWith('door.signIn.noAccount', { link: h('a', { href: '/signup' }, say('door.signIn.create')) }),
  }),

  'sign-up': ({ api, session, secret }) => ({
    title: say('door.signUp.title'),
    intro: secret ? say('door.signUp.invited') : '',
    form: {
      fields: [
        ...(secret ? [] : [{ name: 'invite', label: say('door.signUp.code'), hint: say('door.signUp.codeHint') }]),
        { ...username(), hint: say('door.usernameHint') },
        { name: 'name', label: say('door.displayName'), autocomplete: 'name', hint: say('door.displayNameHint') },
        newPassword(),
      ],
      submit: say('door.signUp.submit'),
      action: async ({ username, name, password, invite }) => {
        const code = secret || invite.trim();
        await api.signUp({ username, password, ...(name.trim() && { name }), ...(code && { invite: code }) });
        await signIn(session, username, password);
      },
    },
    other: sayWith('door.signUp.haveAccount', { link: toSignIn() }),
  }),

  'set-up': ({ api, session, secret }) => ({
    title: say('door.setUp.title'),
    intro: say('door.setUp.intro'),
    form: {
      fields: [
        ...(secret
          ? []
          : [{ name: 'token', label: say('door.setUp.token'), required: true, hint: say('door.setUp.tokenHint') }]),
        { ...username(), hint: say('door.usernameHint') },
        newPassword(),
      ],
      submit: say('door.setUp.submit'),
      action: async ({ username, password, token }) => {
        await api.setUp({ token: secret || token.trim(), username, password });
        await signIn(session, username, password);
      },
    },
    other: sayWith('door.setUp.already', { link: toSignIn() }),
  }),

  reset: ({ api, secret, saved }) => ({
    title: say('door.reset.title'),
    intro: say('door.reset.intro'),
    form: {
      fields: [
        ...(secret ? [] : [{ name: 'token', label: say('door.reset.token'), required: true, hint: say('door.reset.tokenHint') }]),
        { ...newPassword(), autofocus: true },
      ],
      submit: say('door.reset.submit'),
      action: async ({ password, token }) => {
        await api.resetPassword({ token: secret || token.trim(), password });
        saved();
      },
    },
    other: [h('a', { href: '/' }, say('door.reset.back'))],
  }),
};

function toSignIn() {
  return h('a', { href: '/' }, say('door.signIn.title'));
}

/**
 * @param {import('../chat/session.js').Session} session
 * @param {string} username
 * @param {string} password
 */
async function signIn(session, username, password) {
  try {
    await session.signIn(username, password);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'invalid_grant') throw error;
    throw new Problem({ status: error.status, code: error.code, detail: say('door.signIn.wrong') });
  }
}

export function registerDoor() {
  customElements.define('moot-door', Door);
}
