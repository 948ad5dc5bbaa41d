/**
 * Acting on somebody where one sees them: what they said, their place in the room, their place on the server. What it
 * would touch stands there before it is done.
 *
 *     <moot-act></moot-act>
 *     act.open(around, { user, room: 'lobby', message, kind: 'room.mute' });
 *
 * @typedef {object} Subject
 * @property {string} [user] The author of the message, if left out.
 * @property {string} [room] The slug; without it, and without a message, on the whole server alone.
 * @property {import('../../chat/contract.js').Message} [message]
 * @property {string} [kind] An offer's key, to begin with.
 * @property {() => void} [done] Called when it is done.
 */

import { moderates } from '../../chat/authority.js';
import { moderationOf } from '../../chat/moderation/moderation.js';
import { offersOn, rolesToGive } from '../../chat/moderation/offers.js';
import { FOR_GOOD, SPANS, UNTIL, beginningOfSpan, endOfSpan } from '../../chat/moderation/spans.js';
import { addressOf } from '../../chat/moderation/views.js';
import { SERVER_ROLES, roleInWords } from '../../chat/roles.js';
import { say } from '../../words/words.js';
import { Dialog } from '../dialog.js';
import { fill, h } from '../dom.js';
import { choices } from './choices.js';
import { personHead } from './person.js';
import { buttonOf, hintOf, labelOf, spanLabel } from './phrases.js';

/** The server's limit for a reason. */
const REASON_MAX = 500;

class Act extends Dialog {
  /** @type {import('../../chat/moderation/offers.js').Offer | undefined} */
  #offer;
  #span = '1h';
  #role = '';
  #moment = h('input', { type: 'datetime-local', 'aria-label': say('moderation.act.moment'), oninput: () => this.#changed() });
  #reason = h('input', { id: 'act-reason', maxlength: String(REASON_MAX), autocomplete: 'off', 'aria-describedby': 'act-reason-hint', oninput: () => this.#changed() });
  #asks = h('div', { class: 'asks' });
  #alert = h('p', { class: 'alert', role: 'alert', hidden: true });
  #submit = h('button', { type: 'submit', class: 'danger' });
  #preview = /** @type {import('./preview.js').Preview} */ (document.createElement('moot-preview'));
  /** @type {import('../../chat/moderation/rehearsal.js').Rehearsal | null} */
  #rehearsal = null;

  get heading() {
    return say('moderation.act.title', { name: this.chat.names.of(this.#user) });
  }

  get wide() {
    return true;
  }

  get #user() {
    const { user, message } = /** @type {Subject} */ (this.subject);
    return user ?? message?.author.username ?? '';
  }

  get #room() {
    const { room, message } = /** @type {Subject} */ (this.subject);
    return this.chat.directory.find(({ slug }) => slug === (room ?? message?.room)) ?? null;
  }

  get #message() {
    return /** @type {Subject} */ (this.subject).message ?? null;
  }

  body() {
    const room = this.chat.rooms.get(this.#room?.slug ?? '')?.info ?? this.#room;
    const offers = offersOn({ user: this.#user, room, message: this.#message }, this.chat.me);
    if (offers.length === 0) return [h('p', {}, say('moderation.act.nothing'))];
    this.#rehearsal = moderationOf(this.chat).rehearsal();
    this.#rehearsal.addEventListener('change', () => this.#settle());
    this.#preview.show(this.#rehearsal);
    this.#offer = offers.find(({ key }) => key === this.subject.kind) ?? offers.find(({ kind }) => kind === (this.#message ? 'delete' : 'mute')) ?? offers[0];
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#carryOut();
    };
    const cancel = h('button', { type: 'button', onclick: () => this.close() }, say('page.cancel'));
    const foot = h('div', { class: 'foot' }, this.#preview, this.#alert, h('div', { class: 'acts' }, cancel, this.#submit));
    const form = h('form', { class: 'act', onsubmit: submit }, ...this.#kinds(offers), this.#asks, this.#why(), foot);
    this.#choose(this.#offer.key, offers);
    return [personHead(this.chat, this.#user, room), this.#more(room), ...quote(this.#message), form];
  }

  /** Where more is to be known about them. @param {import('../../chat/contract.js').RoomInfo | null} room */
  #more(room) {
    const user = this.#user;
    const onclick = () => this.close();
    const rights = room && moderates(room) && h('a', { href: addressOf({ page: 'access', room: room.slug, user }), onclick }, say('moderation.person.access'));
    const past = this.chat.me.role === 'admin' && h('a', { href: addressOf({ page: 'audit', room: '', user }), onclick }, say('moderation.person.audit'));
    return h('p', { class: 'row more' }, rights, past);
  }

  connectedCallback() {
    super.connectedCallback();
    /** @type {HTMLElement | null} */ (this.querySelector('input:checked'))?.focus();
  }

  disconnectedCallback() {
    this.#rehearsal?.stop();
  }

  /** @param {import('../../chat/moderation/offers.js').Offer[]} offers */
  #kinds(offers) {
    const room = this.#room?.name ?? '';
    /** @type {[import('../../words/words.js').Key, typeof offers][]} */
    const places = [
      ['moderation.place.room', offers.filter(({ place }) => place !== 'server')],
      ['moderation.place.server', offers.filter(({ place }) => place === 'server')],
    ];
    return [
      h('div', { class: 'kinds', role: 'radiogroup', 'aria-label': say('moderation.act.what') }, ...places.filter(([, here]) => here.length > 0).map(([heading, here]) => {
        const rows = here.map((offer) => {
          const input = h('input', { type: 'radio', name: 'act', value: offer.key, checked: offer.key === this.#offer?.key, onchange: () => this.#choose(offer.key, offers) });
          const hint = hintOf(offer);
          return h('label', { class: 'choice' }, input, h('span', {}, labelOf(offer), hint && h('small', {}, hint)));
        });
        return h('div', { class: 'place' }, h('h3', {}, say(heading, { room })), h('div', { class: 'options' }, ...rows));
      })),
    ];
  }

  /** @param {string} key @param {import('../../chat/moderation/offers.js').Offer[]} offers */
  #choose(key, offers) {
    this.#offer = offers.find((offer) => offer.key === key);
    this.#drawAsks();
    this.#changed();
  }

  /** What else has to be said: for how long, since when, which role. */
  #drawAsks() {
    const asks = this.#offer?.asks;
    if (asks === 'role') return fill(this.#asks, this.#roles());
    if (asks !== 'end' && asks !== 'since') return fill(this.#asks);
    const spans = [...Object.keys(SPANS), ...(asks === 'end' ? [UNTIL] : []), FOR_GOOD];
    if (!spans.includes(this.#span)) this.#span = '1h';
    const legend = say(asks === 'end' ? 'moderation.act.howLong' : 'moderation.act.sinceWhen');
    const options = spans.map((value) => ({ value, label: spanLabel(value, asks) }));
    const field = choices(legend, options, this.#span, (value) => {
      this.#span = value;
      this.#moment.hidden = value !== UNTIL;
      if (value === UNTIL) this.#moment.focus();
      this.#changed();
    });
    this.#moment.hidden = this.#span !== UNTIL;
    fill(this.#asks, field, this.#moment);
  }

  #roles() {
    const server = this.#offer?.place === 'server';
    const room = this.chat.rooms.get(this.#room?.slug ?? '')?.info ?? this.#room;
    const roles = server || !room ? SERVER_ROLES : rolesToGive(room, this.chat.me);
    if (!roles.includes(/** @type {any} */ (this.#role))) this.#role = roles[0];
    const options = roles.map((value) => ({ value, label: roleInWords(value) }));
    return choices(say('moderation.act.role'), options, this.#role, (value) => {
      this.#role = value;
      this.#changed();
    });
  }

  #why() {
    const hint = h('p', { class: 'hint', id: 'act-reason-hint' }, say('moderation.act.reasonHint'));
    return h('div', { class: 'field' }, h('label', { for: 'act-reason' }, say('moderation.act.reason')), this.#reason, hint);
  }

  /** @returns {import('../../chat/moderation/wishes.js').Wish | null} as far as it is said */
  #wish() {
    const offer = this.#offer;
    if (!offer) return null;
    const now = this.chat.clock.now();
    const until = offer.asks === 'end' ? endOfSpan(this.#span, this.#moment.value, now) : undefined;
    if (until === null) return null;
    const since = offer.asks === 'since' ? beginningOfSpan(this.#span, now) : undefined;
    const room = offer.place === 'server' ? undefined : this.#room?.slug;
    const role = offer.asks === 'role' ? this.#role : undefined;
    return { kind: offer.kind, user: this.#user, room, message: this.#message?.id, until, since, role, reason: this.#reason.value.trim() };
  }

  #changed() {
    this.#alert.hidden = true;
    this.#rehearsal?.consider(this.#wish());
    if (this.#offer) {
      this.#submit.textContent = buttonOf(this.#offer);
      this.#submit.className = this.#offer.asks === 'role' ? 'primary' : 'danger';
    }
    const reasonable = this.#offer?.kind !== 'roomRole';
    /** @type {HTMLElement | null} */ (this.#reason.closest('.field'))?.toggleAttribute('hidden', !reasonable);
    this.#settle();
  }

  #settle() {
    this.#submit.disabled = this.#wish() === null || this.#rehearsal?.state === 'refused';
  }

  async #carryOut() {
    const wish = this.#wish();
    if (wish === null) return;
    this.#rehearsal?.stop(); // of what is done there is nothing more to try
    await this.orAlert(this.#alert, async () => {
      await moderationOf(this.chat).carryOut(wish);
      this.close();
      /** @type {Subject} */ (this.subject).done?.();
    });
  }
}

/** @param {import('../../chat/contract.js').Message | null} message */
function quote(message) {
  if (message === null) return [];
  return [h('blockquote', {}, h('p', { dir: 'auto' }, message.text || say('moderation.act.noText')))];
}

export function registerAct() {
  customElements.define('moot-act', Act);
}
