/**
 * What all dialogs share: a native `<dialog>`, closed by its button, Escape or a click beside it, and gone from the
 * page when closed. Whoever opened it has the focus again.
 *
 *     const dialog = document.createElement('moot-new-room');
 *     dialog.open({ chat, signOut });
 *     hall.append(dialog);
 */

import { Problem } from '../chat/problem.js';
import { refusalSentence } from '../chat/reasons.js';
import { SessionEnded } from '../chat/session.js';
import { say } from '../words/words.js';
import { h, icon } from './dom.js';
import { moments } from './manner.js';

/** @typedef {import('./hall.js').Definition} Surroundings */

export class Dialog extends HTMLElement {
  /** @type {Surroundings | null} */
  #around = null;
  #dialog = h('dialog', { 'aria-labelledby': 'dialog-title' });
  /** @type {any} what it is about, where it is about one thing */
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
    const close = h('button', { class: 'icon-button', 'aria-label': say('page.close'), onclick: () => this.close() }, icon('close'));
    const head = h('header', { role: 'presentation' }, h('h2', { id: 'dialog-title' }, this.heading), close);
    const body = h('div', { class: 'body' }, ...this.body());
    // What is long and has nothing to go to in it is scrolled by keyboard all the same.
    if (!body.querySelector('a, button, input, select, textarea, moot-form')) body.tabIndex = 0;
    this.#dialog.replaceChildren(head, body);
    this.#dialog.addEventListener('close', () => {
      this.remove();
      requestAnimationFrame(wake);
    });
    this.#dialog.addEventListener('click', (event) => event.target === this.#dialog && this.close());
    this.#dialog.classList.toggle('wide', this.wide);
    this.replaceChildren(this.#dialog);
    this.#dialog.showModal();
    /** @type {HTMLElement | null} */ (this.querySelector('[data-first]'))?.focus();
  }

  close() {
    this.#dialog.close();
  }

  /** @returns {string} */
  get heading() {
    return '';
  }

  /** Whether it needs more room than a question does. */
  get wide() {
    return false;
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
   * Does something, and says in the dialog why it could not be done.
   * @param {HTMLElement} alert
   * @param {() => Promise<unknown>} act
   */
  async orAlert(alert, act) {
    if (this.hasAttribute('busy')) return;
    this.toggleAttribute('busy', true);
    alert.hidden = true;
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      alert.textContent = refusalSentence(error, (time) => moments.short(time, Date.now()));
      alert.hidden = false;
    } finally {
      this.toggleAttribute('busy', false);
    }
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

/**
 * A browser gives the focus back while all but the dialog is still inert: the field has it then, and gets no letter of
 * what is typed. Given again, it does.
 */
function wake() {
  const field = document.activeElement;
  if (!(field instanceof HTMLElement) || !field.matches('input, textarea')) return;
  field.blur();
  field.focus();
}
