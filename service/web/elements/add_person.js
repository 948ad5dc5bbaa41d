/**
 * Making somebody a member of the open room.
 *
 *     <moot-add-person></moot-add-person>
 */

import { say } from '../words/words.js';
import { Dialog } from './dialog.js';

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

export function registerAddPerson() {
  customElements.define('moot-add-person', AddPerson);
}
