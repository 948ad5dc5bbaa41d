/**
 * A room's settings. What keeps the peace is for who moderates it, the rest for its owners; what a change would touch
 * stands there before it is made.
 *
 *     <moot-room-settings></moot-room-settings>
 *     settings.show(chat, 'lobby');
 *
 * Sends `open-dialog` up, to delete the room.
 */

import { moderationOf } from '../../chat/moderation/moderation.js';
import { say } from '../../words/words.js';
import { fill, h } from '../dom.js';
import { gates, visibilities } from '../new_room.js';
import { orSay } from './or_say.js';

/** The server's limits. */
const NAME_MAX = 80;
const TOPIC_MAX = 500;
const REASON_MAX = 500;
const SLOW_MODE_MAX_S = 21_600;
const RETENTION_MAX_DAYS = 36_500;

/** Slow modes that people choose, in seconds. */
const SLOW = [0, 5, 10, 30, 60, 300, 900, 3_600];

export class RoomSettings extends HTMLElement {
  /** @type {import('../../chat/chat.js').Chat | null} */
  #chat = null;
  #slug = '';
  /** @type {Map<string, HTMLInputElement | HTMLSelectElement>} */
  #fields = new Map();
  /** @type {import('../../chat/moderation/rehearsal.js').Rehearsal | null} */
  #rehearsal = null;
  #save = h('button', { class: 'primary', type: 'submit' }, say('moderation.settings.save'));

  /**
   * @param {import('../../chat/chat.js').Chat} chat
   * @param {string} slug
   */
  show(chat, slug) {
    this.#chat = chat;
    this.#slug = slug;
    this.#rehearsal = moderationOf(chat).rehearsal();
    this.#draw();
  }

  disconnectedCallback() {
    this.#rehearsal?.stop();
  }

  get #info() {
    const chat = /** @type {import('../../chat/chat.js').Chat} */ (this.#chat);
    return chat.rooms.get(this.#slug)?.info ?? chat.directory.find(({ slug }) => slug === this.#slug);
  }

  #draw() {
    const info = this.#info;
    const rehearsal = this.#rehearsal;
    if (!info || !rehearsal) return fill(this, h('div', { class: 'empty-state' }, h('p', {}, say('moderation.noPage'))));
    const can = info.you?.can ?? [];
    const preview = /** @type {import('./preview.js').Preview} */ (document.createElement('moot-preview'));
    preview.show(rehearsal);
    /** @type {HTMLElement[]} */
    const parts = [h('h2', {}, say('moderation.settings.peace')), ...this.#peace(info)];
    if (can.includes('change')) parts.push(h('h2', {}, say('moderation.settings.room')), ...this.#whole(info));
    else parts.push(h('p', { class: 'hint' }, say('moderation.settings.ownersOnly')));
    const reason = h('input', { maxlength: String(REASON_MAX), autocomplete: 'off' });
    this.#fields.set('reason', reason);
    parts.push(labelled(say('moderation.act.reason'), reason, say('moderation.settings.reasonHint')), preview, h('div', { class: 'row' }, this.#save));
    const form = h('form', { class: 'settings', oninput: () => this.#consider(), onsubmit: (/** @type {Event} */ event) => this.#submit(event, form) }, ...parts);
    fill(this, form, can.includes('delete') && this.#danger());
    this.#consider();
  }

  /** @param {import('../../chat/contract.js').RoomInfo} info */
  #peace(info) {
    const slow = [...new Set([...SLOW, info.slow_mode])].sort((a, b) => a - b).filter((seconds) => seconds <= SLOW_MODE_MAX_S);
    return [
      this.#check('locked', info.locked, say('moderation.setting.locked'), say('moderation.settings.lockedHint')),
      this.#select('slow_mode', String(info.slow_mode), say('moderation.setting.slowMode'), slow.map((seconds) => [String(seconds), span(seconds)])),
      this.#select('post_role', info.post_role, say('moderation.setting.postRole'), this.#gates(info.post_role)),
    ];
  }

  /** @param {import('../../chat/contract.js').RoomInfo} info */
  #whole(info) {
    return [
      this.#text('name', info.name, say('moderation.setting.name'), { required: true, maxlength: String(NAME_MAX) }),
      this.#text('topic', info.topic, say('moderation.setting.topic'), { maxlength: String(TOPIC_MAX) }),
      this.#select('visibility', info.visibility, say('moderation.setting.visibility'), visibilities()),
      this.#select('join_role', info.join_role, say('moderation.setting.joinRole'), this.#gates(info.join_role)),
      this.#text('retention_days', String(info.retention_days ?? 0), say('moderation.settings.retention'), { type: 'number', min: '0', max: String(RETENTION_MAX_DAYS), required: true }, say('moderation.settings.retentionHint')),
      this.#check('receipts', info.receipts ?? false, say('moderation.setting.receipts'), say('moderation.settings.receiptsHint')),
    ];
  }

  /** Those that one may set, and the one that is set. @param {import('../../chat/contract.js').ServerRole} now */
  #gates(now) {
    const { me } = /** @type {import('../../chat/chat.js').Chat} */ (this.#chat);
    const own = gates(me.role);
    return own.some(([role]) => role === now) ? own : [...own, ...gates('admin').filter(([role]) => role === now)];
  }

  /** @param {string} name @param {string} value @param {string} label @param {Record<string, unknown>} limits @param {string} [hint] */
  #text(name, value, label, limits, hint) {
    const input = h('input', { name, autocomplete: 'off', ...limits, '.value': value });
    this.#fields.set(name, input);
    return labelled(label, input, hint);
  }

  /** @param {string} name @param {string} value @param {string} label @param {[string, string][]} options */
  #select(name, value, label, options) {
    const input = h('select', { name }, ...options.map(([one, words]) => h('option', { value: one, selected: one === value }, words)));
    this.#fields.set(name, input);
    return labelled(label, input);
  }

  /** @param {string} name @param {boolean} value @param {string} label @param {string} hint */
  #check(name, value, label, hint) {
    const input = h('input', { type: 'checkbox', name, checked: value });
    this.#fields.set(name, input);
    return h('label', { class: 'check' }, input, h('span', {}, label, h('small', {}, hint)));
  }

  /** Only what is to be another: so a moderator's change asks for no more than a moderator may. */
  #change() {
    const info = /** @type {Record<string, any>} */ (this.#info);
    /** @type {Record<string, any>} */
    const change = {};
    for (const [name, field] of this.#fields) {
      if (name === 'reason') continue;
      const value = valueOf(field, typeof info[name]);
      if (value !== (info[name] ?? value)) change[name] = value;
    }
    return change;
  }

  #wish() {
    const change = this.#change();
    if (Object.keys(change).length === 0) return null;
    return { kind: 'changeRoom', room: this.#slug, change, reason: this.#fields.get('reason')?.value.trim() };
  }

  #consider() {
    const wish = this.#wish();
    this.#save.disabled = wish === null;
    this.#rehearsal?.consider(wish);
  }

  /** @param {Event} event @param {HTMLElement} form */
  #submit(event, form) {
    event.preventDefault();
    const wish = this.#wish();
    const chat = this.#chat;
    if (wish === null || chat === null) return;
    orSay(form, async () => {
      const info = await moderationOf(chat).carryOut(wish);
      chat.rooms.get(this.#slug)?.know(info);
      await chat.loadRooms();
      // Not drawn anew: somebody may be changing the next thing already.
      const reason = this.#fields.get('reason');
      if (reason && reason.value.trim() === wish.reason) reason.value = '';
      this.#consider();
    });
  }

  #danger() {
    const ask = () => this.dispatchEvent(new CustomEvent('open-dialog', { bubbles: true, detail: { tag: 'moot-delete-room', subject: this.#slug } }));
    return h('section', { class: 'danger-zone' }, h('h2', {}, say('moderation.settings.danger')), h('p', { class: 'hint' }, say('moderation.settings.deleteHint')), h('button', { class: 'danger', onclick: ask }, say('moderation.settings.delete')));
  }
}

/** @param {string} label @param {HTMLElement} input @param {string} [hint] */
function labelled(label, input, hint) {
  return h('label', { class: 'field' }, h('span', {}, label), input, hint && h('small', { class: 'hint' }, hint));
}

/** @param {HTMLInputElement | HTMLSelectElement} field @param {string} type */
function valueOf(field, type) {
  if (field instanceof HTMLInputElement && field.type === 'checkbox') return field.checked;
  return type === 'number' || field.name === 'retention_days' ? Number(field.value) : field.value.trim();
}

/** @param {number} seconds */
function span(seconds) {
  if (seconds === 0) return say('moderation.settings.slowOff');
  if (seconds % 3_600 === 0) return say('moderation.settings.hours', { count: seconds / 3_600 });
  return seconds % 60 === 0 ? say('moderation.settings.minutes', { count: seconds / 60 }) : say('moderation.settings.seconds', { count: seconds });
}

export function registerRoomSettings() {
  customElements.define('moot-room-settings', RoomSettings);
}
