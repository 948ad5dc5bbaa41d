/**
 * Telling those who moderate a room about a message in it.
 *
 *     <moot-report></moot-report>
 *     report.open({ chat, signOut }, message);
 */

import { say } from '../words/words.js';
import { Dialog } from './dialog.js';
import { h } from './dom.js';

/** The server's limit for a reason. */
const REASON_MAX = 500;

class Report extends Dialog {
  get heading() {
    return say('message.reporting.title');
  }

  body() {
    const message = /** @type {import('../chat/contract.js').Message} */ (this.subject);
    const { author, text, deleted } = message;
    const form = this.form({
      fields: [{ name: 'reason', label: say('message.reporting.reason'), required: true, autofocus: true, maxlength: REASON_MAX }],
      submit: say('message.reporting.submit'),
      action: async ({ reason }) => {
        await this.chat.rooms.get(message.room)?.report(message.id, reason.trim());
        this.#thank();
      },
    });
    const said = deleted ? say('message.reporting.deleted') : text;
    const quote = h('blockquote', {}, h('bdi', { class: 'name' }, author.name || author.username), h('p', { dir: 'auto' }, said));
    return [quote, form, h('p', { class: 'hint' }, say('message.reporting.hint'))];
  }

  #thank() {
    const close = h('button', { class: 'primary', onclick: () => this.close() }, say('page.close'));
    this.querySelector('.body')?.replaceChildren(h('p', { role: 'status' }, say('message.reporting.thanks')), close);
    close.focus();
  }
}

export function registerReport() {
  customElements.define('moot-report', Report);
}
