/**
 * Leaving the open room. Its last owner hands it over first: nobody could, once they are gone.
 *
 *     <moot-leave></moot-leave>
 */

import { say } from '../words/words.js';
import { Dialog } from './dialog.js';
import { h } from './dom.js';

class Leave extends Dialog {
  get heading() {
    return say('room.leaving.title', { room: this.chat.current?.info.name ?? say('room.this') });
  }

  body() {
    const room = this.chat.current;
    const open = room?.info.visibility === 'public';
    const form = this.form({
      fields: [],
      submit: say('room.leaving.submit'),
      action: async () => {
        if (room) await this.chat.leave(room.slug);
        this.close();
      },
    });
    return [h('p', {}, say(open ? 'room.leaving.public' : 'room.leaving.private')), form];
  }
}

export function registerLeave() {
  customElements.define('moot-leave', Leave);
}
