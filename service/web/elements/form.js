/**
 * A form that looks after itself: it is busy while its action runs, and puts a refusal where it belongs, at the field
 * or above the button.
 *
 *     <moot-form></moot-form>
 *     form.define({
 *       fields: [{ name: 'username', label: 'Username', autocomplete: 'username', required: true }],
 *       submit: 'Sign in',
 *       action: async ({ username }) => { … },
 *     });
 *
 * @typedef {object} Field
 * @property {string} name
 * @property {string} label
 * @property {'text' | 'password' | 'select' | 'url'} [type]
 * @property {string} [autocomplete]
 * @property {boolean} [required]
 * @property {number} [minlength]
 * @property {number} [maxlength]
 * @property {string} [value]
 * @property {string} [hint]
 * @property {boolean} [autofocus]
 * @property {[string, string][]} [options] Of a select: value and label.
 * @property {(value: string) => void} [oninput]
 *
 * @typedef {object} Definition
 * @property {Field[]} fields
 * @property {string} submit
 * @property {string} [done] What to say when it is done, where nothing else shows it.
 * @property {boolean} [minor] Whether other things on the page matter more.
 * @property {boolean} [danger] Whether there is no way back.
 * @property {(values: Record<string, string>) => Promise<void>} action
 */

import { Problem } from '../chat/problem.js';
import { refusalSentence } from '../chat/reasons.js';
import { SessionEnded } from '../chat/session.js';
import { say } from '../words/words.js';
import { h } from './dom.js';
import { moments } from './manner.js';

let count = 0;

export class Form extends HTMLElement {
  /** @type {Map<string, {input: HTMLInputElement | HTMLSelectElement, error: HTMLElement}>} */
  #fields = new Map();
  #alert = h('p', { class: 'alert', role: 'alert', hidden: true });
  #status = h('p', { class: 'hint', role: 'status' });
  #done = '';
  /** @type {Definition['action']} */
  #action = async () => {};

  /** @param {Definition} definition */
  define({ fields, submit, done = '', minor, danger, action }) {
    this.#action = action;
    this.#done = done;
    const rows = fields.map((field) => this.#row(field));
    const button = h('button', { class: danger ? 'danger' : minor ? null : 'primary', type: 'submit' }, submit);
    this.replaceChildren(h('form', { onsubmit: (/** @type {Event} */ event) => this.#submit(event) }, ...rows, this.#alert, button, done !== '' && this.#status));
  }

  /**
   * @param {string} name
   * @returns {HTMLInputElement | HTMLSelectElement | undefined}
   */
  field(name) {
    return this.#fields.get(name)?.input;
  }

  connectedCallback() {
    /** @type {HTMLElement | null} */ (this.querySelector('[data-first]'))?.focus();
  }

  /** @param {Field} field */
  #row(field) {
    const id = `field-${(count += 1)}`;
    const error = h('p', { class: 'field-error', id: `${id}-error`, hidden: true });
    const hint = field.hint ? h('p', { class: 'hint', id: `${id}-hint` }, field.hint) : null;
    const input = control(field, id, [hint ? `${id}-hint` : '', `${id}-error`].join(' ').trim());
    this.#fields.set(field.name, { input, error });
    const box = field.type === 'password' ? h('div', { class: 'with-button' }, input, reveal(/** @type {any} */ (input))) : input;
    return h('div', { class: 'field' }, h('label', { for: id }, field.label), box, hint, error);
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault();
    if (this.hasAttribute('busy')) return;
    this.#clear();
    this.#busy(true);
    try {
      await this.#action(Object.fromEntries([...this.#fields].map(([name, { input }]) => [name, input.value])));
      this.#status.textContent = this.#done;
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      this.#explain(error);
    } finally {
      this.#busy(false);
    }
  }

  /** @param {boolean} busy */
  #busy(busy) {
    this.toggleAttribute('busy', busy);
    const button = /** @type {HTMLButtonElement} */ (this.querySelector('button[type=submit]'));
    button.disabled = busy;
    button.setAttribute('aria-busy', String(busy));
  }

  #clear() {
    this.#alert.hidden = true;
    this.#status.textContent = '';
    for (const { input, error } of this.#fields.values()) {
      error.hidden = true;
      input.removeAttribute('aria-invalid');
    }
  }

  /** @param {Problem | SessionEnded} problem */
  #explain(problem) {
    let placed = false;
    for (const [name, sentence] of Object.entries(problem instanceof Problem ? problem.fields : {})) {
      const field = this.#fields.get(name);
      if (!field || !sentence) continue;
      field.error.textContent = sentence;
      field.error.hidden = false;
      field.input.setAttribute('aria-invalid', 'true');
      if (!placed) field.input.focus();
      placed = true;
    }
    if (placed) return;
    this.#alert.textContent = refusalSentence(problem, (time) => moments.short(time, Date.now()));
    this.#alert.hidden = false;
  }
}

/**
 * @param {Field} field
 * @param {string} id
 * @param {string} description
 */
function control(field, id, description) {
  const shared = {
    id,
    name: field.name,
    required: field.required ?? false,
    'data-first': field.autofocus ?? false,
    'aria-describedby': description,
  };
  if (field.type === 'select') {
    const options = (field.options ?? []).map(([value, label]) => h('option', { value, selected: value === field.value }, label));
    return h('select', shared, ...options);
  }
  return h('input', {
    ...shared,
    type: field.type ?? 'text',
    autocomplete: field.autocomplete ?? 'off',
    minlength: field.minlength,
    maxlength: field.maxlength,
    autocapitalize: 'none',
    spellcheck: 'false',
    '.value': field.value ?? '',
    oninput: field.oninput ? (/** @type {any} */ event) => field.oninput?.(event.target.value) : undefined,
  });
}

/** @param {HTMLInputElement} input */
function reveal(input) {
  const button = h('button', { type: 'button', class: 'quiet', 'aria-pressed': 'false', 'aria-label': say('page.showPassword') }, say('page.show'));
  button.addEventListener('click', () => {
    const shown = input.type === 'password';
    input.type = shown ? 'text' : 'password';
    button.textContent = shown ? say('page.hide') : say('page.show');
    button.setAttribute('aria-pressed', String(shown));
  });
  return button;
}

/**
 * @param {Definition} definition
 * @returns {Form}
 */
export function formOf(definition) {
  const form = /** @type {Form} */ (document.createElement('moot-form'));
  form.define(definition);
  return form;
}

export function registerForm() {
  customElements.define('moot-form', Form);
}
