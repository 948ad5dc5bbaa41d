/**
 * The pages for who is not in: sign in, sign up by an invite, set the server up, choose a new password.
 *
 *     <moot-door></moot-door>
 *     door.define({ page: 'sign-in', notice: '', secret: '', api, session });
 *
 * @typedef {'sign-in' | 'sign-up' | 'set-up' | 'reset'} Page
 *
 * @typedef {object} Definition
 * @property {Page} page
 * @property {string} notice
 * @property {string} secret The token or code of the link.
 * @property {import('../chat/api.js').Api} api
 * @property {import('../chat/session.js').Session} session
 */

import { Problem } from '../chat/problem.js';
import { h } from './dom.js';

const PASSWORD_LENGTH = 8;

/** @type {import('./form.js').Field} */
const USERNAME = {
  name: 'username',
  label: 'Username',
  autocomplete: 'username',
  required: true,
  hint: 'Small letters and digits, and . _ - between them.',
};

/** @type {import('./form.js').Field} */
const NEW_PASSWORD = {
  name: 'password',
  label: 'Password',
  type: 'password',
  autocomplete: 'new-password',
  required: true,
  minlength: PASSWORD_LENGTH,
  hint: 'At least 8 characters. A few words are better than a few signs.',
};

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
    this.replaceChildren(h('main', {}, brand, notice, card, h('p', { class: 'other' }, ...other)));
  }
}

/**
 * @typedef {{title: string, intro: string, form: import('./form.js').Definition, other: (string | Node)[]}} Content
 * @type {Record<Page, (definition: Definition) => Content>}
 */
const PAGES = {
  'sign-in': ({ session }) => ({
    title: 'Sign in',
    intro: '',
    form: {
      fields: [
        { ...USERNAME, hint: undefined, autofocus: true },
        { ...NEW_PASSWORD, hint: undefined, minlength: undefined, autocomplete: 'current-password' },
      ],
      submit: 'Sign in',
      action: ({ username, password }) => signIn(session, username, password),
    },
    other: ['No account yet? ', h('a', { href: '/signup' }, 'Create one')],
  }),

  'sign-up': ({ api, session, secret }) => ({
    title: 'Create your account',
    intro: secret ? 'You are invited. Choose how you will be called here.' : '',
    form: {
      fields: [
        ...(secret ? [] : [{ name: 'invite', label: 'Invite code', hint: 'Leave it empty if this server is open to all.' }]),
        { ...USERNAME, autofocus: true },
        { name: 'name', label: 'Display name', autocomplete: 'name', hint: 'As others see you. May be left empty.' },
        NEW_PASSWORD,
      ],
      submit: 'Create account',
      action: async ({ username, name, password, invite }) => {
        const code = secret || invite.trim();
        await api.signUp({ username, password, ...(name.trim() && { name }), ...(code && { invite: code }) });
        await signIn(session, username, password);
      },
    },
    other: ['Have an account? ', h('a', { href: '/' }, 'Sign in')],
  }),

  'set-up': ({ api, session, secret }) => ({
    title: 'Set up this server',
    intro: 'You are the first one here. This account becomes the admin: it invites everybody else.',
    form: {
      fields: [
        ...(secret
          ? []
          : [{ name: 'token', label: 'Set-up token', required: true, hint: 'It is in the link that the server printed at its start.' }]),
        { ...USERNAME, autofocus: true },
        NEW_PASSWORD,
      ],
      submit: 'Create the admin',
      action: async ({ username, password, token }) => {
        await api.setUp({ token: secret || token.trim(), username, password });
        await signIn(session, username, password);
      },
    },
    other: ['Already set up? ', h('a', { href: '/' }, 'Sign in')],
  }),

  reset: ({ api, secret }) => ({
    title: 'Choose a new password',
    intro: 'Afterwards you sign in with it, here and on your other devices.',
    form: {
      fields: [
        ...(secret ? [] : [{ name: 'token', label: 'Reset token', required: true, hint: 'It is in the link that an admin gave you.' }]),
        { ...NEW_PASSWORD, autofocus: true },
      ],
      submit: 'Save password',
      action: async ({ password, token }) => {
        await api.resetPassword({ token: secret || token.trim(), password });
        location.assign('/');
      },
    },
    other: [h('a', { href: '/' }, 'Back to sign in')],
  }),
};

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
    throw new Problem({ status: error.status, code: error.code, detail: 'This username and password don’t go together.' });
  }
}

export function registerDoor() {
  customElements.define('moot-door', Door);
}
