/**
 * What was done a moment ago, and the way back.
 *
 *     <moot-toasts></moot-toasts>
 *     toasts.chat = chat;
 */

import { moderationOf } from '../../chat/moderation/moderation.js';
import { refusalSentence } from '../../chat/reasons.js';
import { say } from '../../words/words.js';
import { h, icon } from '../dom.js';
import { KeyedList } from '../keyed_list.js';
import { LiveElement } from '../live_element.js';
import { moments } from '../manner.js';
import { doneSentence } from './phrases.js';

export class Toasts extends LiveElement {
  /** @type {import('../../chat/chat.js').Chat | null} */
  #chat = null;
  #rows = new KeyedList(this);

  /** @param {import('../../chat/chat.js').Chat} chat */
  set chat(chat) {
    this.#chat = chat;
    this.watch(moderationOf(chat).undo);
  }

  connectedCallback() {
    super.connectedCallback();
    this.className = 'toasts';
    this.setAttribute('role', 'status');
    const hold = () => this.#chat && moderationOf(this.#chat).undo.hold(this.matches(':hover, :focus-within'));
    for (const type of ['pointerenter', 'pointerleave', 'focusin', 'focusout']) this.addEventListener(type, () => queueMicrotask(hold));
  }

  draw() {
    const chat = this.#chat;
    if (!chat) return;
    const { undo } = moderationOf(chat);
    this.#rows.show(undo.doings.map((doing) => ({
      key: doing.key,
      signature: `${doing.state} ${doing.refusal?.message}`,
      make: () => toast(doing, undo, chat),
    })));
  }
}

/**
 * @param {import('../../chat/moderation/undo.js').Doing} doing
 * @param {import('../../chat/moderation/undo.js').Undo} undo
 * @param {import('../../chat/chat.js').Chat} chat
 */
function toast({ key, wish, action, state, refusal }, undo, chat) {
  const back = action !== null && state === 'done' && h('button', { class: 'quiet', onclick: () => undo.undo(key) }, say('page.undo'));
  const close = h('button', { class: 'icon-button', 'aria-label': say('page.close'), onclick: () => undo.dismiss(key) }, icon('close'));
  return h('div', { class: `toast ${state}` }, h('p', {}, sentence(wish, state, refusal, chat)), back, close);
}

/**
 * @param {import('../../chat/moderation/wishes.js').Wish} wish
 * @param {import('../../chat/moderation/undo.js').Doing['state']} state
 * @param {import('../../chat/problem.js').Problem | null} refusal
 * @param {import('../../chat/chat.js').Chat} chat
 */
function sentence(wish, state, refusal, chat) {
  if (refusal) return say('moderation.done.notUndone', { why: refusalSentence(refusal, (time) => moments.short(time, Date.now())) });
  if (state === 'undoing') return say('moderation.done.undoing');
  return state === 'undone' ? say('moderation.done.undone') : doneSentence(wish, chat);
}

export function registerToasts() {
  customElements.define('moot-toasts', Toasts);
}
