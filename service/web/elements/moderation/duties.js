/**
 * The way to the pages of moderation, with how many reports wait: beside the rooms, for who has authority.
 *
 *     <moot-duties></moot-duties>
 *     duties.chat = chat;
 */

import { moderationOf } from '../../chat/moderation/moderation.js';
import { say } from '../../words/words.js';
import { fill, h, icon } from '../dom.js';
import { LiveElement } from '../live_element.js';

export class Duties extends LiveElement {
  /** @type {import('../../chat/chat.js').Chat | null} */
  #chat = null;
  #current = false;

  /** @param {import('../../chat/chat.js').Chat} chat */
  set chat(chat) {
    this.#chat = chat;
    this.watch(chat, moderationOf(chat).reports);
  }

  /** Whether one is there now. @param {boolean} current */
  set current(current) {
    if (this.#current === current) return;
    this.#current = current;
    this.drawSoon();
  }

  draw() {
    const chat = this.#chat;
    if (!chat) return;
    const { waiting, moreWaiting } = moderationOf(chat).reports;
    const title = say(chat.me.role === 'admin' ? 'moderation.duties.admin' : 'moderation.title');
    fill(this, this.kept('link', `${title} ${waiting} ${moreWaiting} ${this.#current}`, () => {
      const link = h('a', { href: '#/reports', class: 'tool', 'aria-current': this.#current ? 'page' : null }, icon('shield'), title);
      if (waiting > 0) link.append(h('span', { class: 'count mention' }, moreWaiting ? `${waiting}+` : String(waiting), h('span', { class: 'unseen' }, ` ${say('moderation.duties.waiting', { count: waiting })}`)));
      return link;
    }));
  }
}

export function registerDuties() {
  customElements.define('moot-duties', Duties);
}
