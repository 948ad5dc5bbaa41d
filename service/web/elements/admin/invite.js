/**
 * Inviting people to the server: a link that is shown once.
 *
 *     <moot-invite></moot-invite>
 */

import { needs, say } from '../../words/words.js';
import { copyBox } from '../copy_box.js';
import { Dialog } from '../dialog.js';
import { h } from '../dom.js';
import { moments } from '../manner.js';

const DAY_S = 24 * 60 * 60;

/** How many may come by one link, and for how many days it is good. */
const USES = [1, 5, 10, 50, 100];
const DAYS = [1, 7, 30, 365];

class Invite extends Dialog {
  get heading() {
    return say('admin.invite.title');
  }

  body() {
    const result = h('div', { class: 'result', role: 'status' });
    const form = this.form({
      fields: [
        { name: 'role', label: say('admin.invite.role'), type: 'select', options: [['member', say('admin.invite.members')], ['guest', say('admin.invite.guests')]] },
        { name: 'uses', label: say('admin.invite.uses'), type: 'select', options: USES.map((count) => [String(count), say('admin.invite.people', { count })]) },
        { name: 'days', label: say('admin.invite.expires'), type: 'select', value: '7', options: DAYS.map((count) => [String(count), say('admin.invite.days', { count })]) },
      ],
      submit: say('admin.invite.submit'),
      action: async ({ role, uses, days }) => {
        const invite = await this.chat.api.createInvite({ role, uses: Number(uses), expires_in: Number(days) * DAY_S });
        result.replaceChildren(copyBox(invite.link, say('admin.invite.link')), h('p', { class: 'hint' }, say('admin.invite.until', { time: moments.full(invite.expires_at) })));
        this.subject?.done?.();
      },
    });
    return [form, result];
  }
}

export async function register() {
  await needs('admin');
  customElements.define('moot-invite', Invite);
}
