/**
 * The invites that can still be used.
 *
 *     <moot-invites></moot-invites>
 *     invites.show(chat);
 *
 * Sends `open-dialog` up, to make one.
 */

import { moderationOf } from '../../chat/moderation/moderation.js';
import { roleInWords } from '../../chat/roles.js';
import { say } from '../../words/words.js';
import { copyBox } from '../copy_box.js';
import { h, icon } from '../dom.js';
import { moments } from '../manner.js';
import { orSay } from '../moderation/or_say.js';
import { PagedList } from '../moderation/paged.js';

/** @typedef {{code: string, link: string, role: string, uses_left: number, expires_at: string}} Invite */

/** @extends {PagedList<Invite>} */
export class Invites extends PagedList {
  load() {
    return this.pages.show('/api/invites');
  }

  head() {
    const done = () => this.pages.refresh();
    const make = () => this.dispatchEvent(new CustomEvent('open-dialog', { bubbles: true, detail: { tag: 'moot-invite', subject: { done } } }));
    return [h('div', { class: 'row' }, h('button', { class: 'primary', onclick: make }, icon('plus'), say('admin.invite.submit')))];
  }

  get empty() {
    return say('admin.invite.none');
  }

  /** @param {Invite} invite */
  row(invite) {
    return { key: invite.code, signature: JSON.stringify(invite), make: () => this.#line(invite) };
  }

  /** @param {Invite} invite */
  #line({ code, link, role, uses_left: left, expires_at: until }) {
    const time = moments.short(until, this.chat.clock.now());
    const told = h('div', { class: 'told' }, h('p', {}, say('admin.invite.line', { role: roleInWords(role), people: say('admin.invite.people', { count: left }) })), copyBox(link, say('admin.invite.link')), h('p', { class: 'meta' }, say('admin.invite.until', { time })));
    const row = h('li', { class: 'record line' }, told);
    const revoke = async () => {
      await moderationOf(this.chat).carryOut({ kind: 'revokeInvite', id: code });
      await this.pages.refresh();
    };
    row.append(h('button', { onclick: () => orSay(row, revoke) }, say('admin.invite.revoke')));
    return row;
  }
}

export function registerInvites() {
  customElements.define('moot-invites', Invites);
}
