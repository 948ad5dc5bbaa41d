/**
 * Leaving the open room. Its last owner hands it over first: nobody could, once they are gone.
 *
 *     <moot-leave></moot-leave>
 *
 * Sends `open-dialog` up, where there is nobody to hand the room to.
 */

import { Problem } from '../chat/problem.js';
import { SessionEnded } from '../chat/session.js';
import { say } from '../words/words.js';
import { Dialog } from './dialog.js';
import { fill, h } from './dom.js';

class Leave extends Dialog {
  #body = h('div', { class: 'stack' });

  get heading() {
    return say('room.leaving.title', { room: this.chat.current?.info.name ?? say('room.this') });
  }

  body() {
    const room = this.chat.current;
    if (room?.info.you?.role === 'owner') this.#lookForHeirs(room);
    else fill(this.#body, ...this.#plain(room));
    return [this.#body];
  }

  /** @param {import('../chat/room.js').Room | null} room */
  #plain(room) {
    const form = this.form({
      fields: [],
      submit: say('room.leaving.submit'),
      action: async () => {
        if (room) await this.chat.leave(room.slug);
        this.close();
      },
    });
    const open = room?.info.visibility === 'public';
    return [h('p', {}, open ? say('room.leaving.public') : say('room.leaving.private')), form];
  }

  /**
   * Whether somebody else owns it too; where nobody is known of, the server will say.
   * @param {import('../chat/room.js').Room} room
   */
  async #lookForHeirs(room) {
    fill(this.#body, h('p', { class: 'loading', role: 'status' }, say('page.loading')));
    try {
      if (!room.members.known) await room.members.load();
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      return fill(this.#body, ...this.#plain(room));
    }
    const others = room.members.list().filter(({ user }) => user !== this.chat.me.username);
    if (others.some(({ role }) => role === 'owner')) fill(this.#body, ...this.#plain(room));
    else fill(this.#body, ...(others.length > 0 ? this.#handOver(room, others) : this.#alone(room)));
    this.querySelector('select')?.focus();
  }

  /**
   * @param {import('../chat/room.js').Room} room
   * @param {import('../chat/contract.js').Member[]} others
   */
  #handOver(room, others) {
    const name = (/** @type {import('../chat/contract.js').Member} */ { user }) => this.chat.names.of(user);
    const options = others.sort((a, b) => name(a).localeCompare(name(b))).map((member) => /** @type {[string, string]} */ ([member.user, `${name(member)} (${member.user})`]));
    const form = this.form({
      fields: [{ name: 'heir', label: say('people.leaving.heir'), type: 'select', options, value: options[0][0] }],
      submit: say('people.leaving.handOver'),
      action: async ({ heir }) => {
        await this.chat.api.act('PUT', `/api/rooms/${encodeURIComponent(room.slug)}/members/${encodeURIComponent(heir)}`, { role: 'owner' });
        await this.chat.leave(room.slug);
        this.close();
      },
    });
    return [h('p', {}, say('people.leaving.lastOwner')), form];
  }

  /** @param {import('../chat/room.js').Room} room */
  #alone(room) {
    const remove = () => {
      // From here, as long as this is on the page: what is gone sends nothing up.
      this.dispatchEvent(new CustomEvent('open-dialog', { bubbles: true, detail: { tag: 'moot-delete-room', subject: room.slug } }));
      this.close();
    };
    return [h('p', {}, say('people.leaving.alone')), h('div', { class: 'acts' }, h('button', { onclick: () => this.close() }, say('page.cancel')), h('button', { class: 'danger', onclick: remove }, say('people.leaving.delete')))];
  }
}

export function registerLeave() {
  customElements.define('moot-leave', Leave);
}
