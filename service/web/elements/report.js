/**
 * Telling those who moderate a room about a message in it.
 *
 *     <moot-report></moot-report>
 *     report.open({ chat, signOut }, message);
 */

import { Dialog } from './dialogs.js';
import { h } from './dom.js';

/** The server's limit for a reason. */
const REASON_MAX = 500;

class Report extends Dialog {
  get heading() {
    return 'Report this message';
  }

  body() {
    const message = /** @type {import('../chat/contract.js').Message} */ (this.subject);
    const { author, text, deleted } = message;
    const form = this.form({
      fields: [{ name: 'reason', label: 'What is wrong with it?', required: true, autofocus: true, maxlength: REASON_MAX }],
      submit: 'Report',
      action: async ({ reason }) => {
        await this.chat.rooms.get(message.room)?.report(message.id, reason.trim());
        this.#thank();
      },
    });
    const said = deleted ? 'They have deleted it. Moderators see it as it was.' : text;
    const quote = h('blockquote', {}, h('bdi', { class: 'name' }, author.name || author.username), h('p', { dir: 'auto' }, said));
    return [quote, form, h('p', { class: 'hint' }, 'Those who moderate this room see the message, your reason and your name.')];
  }

  #thank() {
    const close = h('button', { class: 'primary', onclick: () => this.close() }, 'Close');
    this.querySelector('.body')?.replaceChildren(h('p', { role: 'status' }, 'Thank you. Somebody who moderates this room will look at it.'), close);
    close.focus();
  }
}

export function registerReport() {
  customElements.define('moot-report', Report);
}
