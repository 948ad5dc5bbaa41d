/**
 * Deleting a room for good: there is no way back, so its name is asked for.
 *
 *     <moot-delete-room></moot-delete-room>
 *     dialog.open(around, 'lobby');
 */

import { moderationOf } from '../../chat/moderation/moderation.js';
import { viewIn } from '../../chat/route.js';
import { say } from '../../words/words.js';
import { Dialog } from '../dialog.js';
import { h } from '../dom.js';
import { roomName } from './phrases.js';

class DeleteRoom extends Dialog {
  get heading() {
    return say('moderation.deleteRoom.title', { room: roomName(this.subject, this.chat) });
  }

  body() {
    const slug = /** @type {string} */ (this.subject);
    const wish = { kind: 'deleteRoom', room: slug };
    const preview = /** @type {import('./preview.js').Preview} */ (document.createElement('moot-preview'));
    const rehearsal = moderationOf(this.chat).rehearsal();
    preview.show(rehearsal);
    rehearsal.consider(wish);
    const submit = h('button', { type: 'submit', class: 'danger', disabled: true }, say('moderation.settings.delete'));
    const typed = h('input', { 'aria-label': say('moderation.deleteRoom.type', { slug }), autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', 'data-first': true });
    typed.addEventListener('input', () => (submit.disabled = typed.value.trim() !== slug));
    const alert = h('p', { class: 'alert', role: 'alert', hidden: true });
    const form = h('form', { class: 'act', onsubmit: (/** @type {Event} */ event) => this.#delete(event, wish, alert) },
      h('label', { class: 'field' }, h('span', {}, say('moderation.deleteRoom.type', { slug })), typed), preview, alert,
      h('div', { class: 'acts' }, h('button', { type: 'button', onclick: () => this.close() }, say('page.cancel')), submit));
    return [h('p', {}, say('moderation.deleteRoom.text')), form];
  }

  /** @param {Event} event @param {import('../../chat/moderation/wishes.js').Wish} wish @param {HTMLElement} alert */
  #delete(event, wish, alert) {
    event.preventDefault();
    this.orAlert(alert, async () => {
      await moderationOf(this.chat).carryOut(wish);
      this.chat.forget(wish.room ?? '');
      await this.chat.loadRooms();
      this.close();
      // A page about a room that is no more leads nowhere.
      if (viewIn(location.hash) !== '') location.hash = '';
    });
  }
}

export function registerDeleteRoom() {
  customElements.define('moot-delete-room', DeleteRoom);
}
