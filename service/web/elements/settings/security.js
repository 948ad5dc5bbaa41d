/** The password, and where one is signed in. */

import { Problem } from '../../chat/problem.js';
import { programInWords } from '../../chat/programs.js';
import { SessionEnded } from '../../chat/session.js';
import { say } from '../../words/words.js';
import { h } from '../dom.js';
import { formOf } from '../form.js';
import { moments } from '../manner.js';

const PASSWORD_LENGTH = 8;

/** @param {import('../hall.js').Definition} around */
export function security({ chat }) {
  const sessions = new Sessions(chat);
  sessions.load();
  return [password(chat, sessions), h('h4', {}, say('settings.sessions.title')), sessions.list, sessions.alert, sessions.others];
}

/**
 * @param {import('../../chat/chat.js').Chat} chat
 * @param {Sessions} sessions
 */
function password(chat, sessions) {
  return formOf({
    fields: [
      { name: 'current_password', label: say('settings.password.current'), type: 'password', autocomplete: 'current-password', required: true },
      { name: 'password', label: say('settings.password.new'), type: 'password', autocomplete: 'new-password', required: true, minlength: PASSWORD_LENGTH, hint: say('door.passwordHint') },
    ],
    submit: say('settings.password.change'),
    done: say('settings.password.done'),
    minor: true,
    action: async ({ current_password, password }) => {
      await chat.changeMe({ current_password, password });
      await sessions.load();
    },
  });
}

/** @typedef {Awaited<ReturnType<import('../../chat/api.js').Api['sessions']>>[number]} OneSession */

class Sessions {
  list = h('ul', { class: 'choices' }, h('li', { class: 'empty' }, h('span', { role: 'status' }, say('page.loading'))));
  alert = h('p', { class: 'alert', role: 'alert', hidden: true });
  others = h('button', { hidden: true, onclick: () => this.#act(() => this.#chat.api.endOtherSessions()) }, say('settings.sessions.endOthers'));
  #chat;

  /** @param {import('../../chat/chat.js').Chat} chat */
  constructor(chat) {
    this.#chat = chat;
  }

  load() {
    return this.#orSay(async () => {
      const sessions = await this.#chat.api.sessions();
      sessions.sort((a, b) => Number(b.current) - Number(a.current) || b.used_at.localeCompare(a.used_at));
      this.list.replaceChildren(...sessions.map((session) => this.#row(session)));
      this.others.hidden = sessions.length < 2;
    });
  }

  /** @param {OneSession} session */
  #row({ sid, client, address, created_at: since, used_at: used, current }) {
    const now = Date.now();
    const program = programInWords(client);
    const about = say('settings.sessions.about', { address, since: moments.short(since, now), used: moments.short(used, now) });
    const name = h('span', { class: 'name', title: client }, h('bdi', {}, program), current && h('span', { class: 'badge accent' }, say('settings.sessions.this')));
    const end = () => this.#act(() => this.#chat.api.endSession(sid));
    const button = !current && h('button', { class: 'small', 'aria-label': say('settings.sessions.endOne', { program }), onclick: end }, say('settings.sessions.end'));
    return h('li', {}, h('span', { class: 'label' }, name, h('span', { class: 'topic' }, about)), button);
  }

  /** @param {() => Promise<unknown>} act */
  async #act(act) {
    await this.#orSay(act);
    await this.load();
  }

  /** @param {() => Promise<unknown>} act */
  async #orSay(act) {
    this.alert.hidden = true;
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      this.alert.textContent = error.message;
      this.alert.hidden = false;
    }
  }
}
