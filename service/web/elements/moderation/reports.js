/**
 * The queue of reports: what was said then, what stands there now, why somebody minds, and what can be done about it.
 *
 *     <moot-reports></moot-reports>
 *     reports.show(chat, '');
 *
 * Sends `open-dialog` up, to act on whoever said it.
 */

import { moderationOf } from '../../chat/moderation/moderation.js';
import { say } from '../../words/words.js';
import { h, icon } from '../dom.js';
import { moments } from '../manner.js';
import { face } from '../face.js';
import { choices } from './choices.js';
import { orSay } from './or_say.js';
import { PagedList } from './paged.js';
import { roomName } from './phrases.js';

/** The server's limit. */
const RESOLUTION_MAX = 500;

/** @typedef {import('../../chat/moderation/reports.js').Report} Report */

/** @type {Record<string, import('../../words/words.js').Key>} */
const EMPTY = { open: 'moderation.report.noneOpen', taken: 'moderation.report.noneTaken', closed: 'moderation.report.noneClosed' };

/** @extends {PagedList<Report>} */
export class ReportQueue extends PagedList {
  /** @type {'open' | 'taken' | 'closed'} */
  #state = 'open';

  get #reports() {
    return moderationOf(this.chat).reports;
  }

  source() {
    return this.#reports.list;
  }

  sources() {
    return [this.#reports];
  }

  load() {
    return this.#reports.show(this.#state, this.slug);
  }

  head() {
    const states = [
      { value: 'open', label: say('moderation.report.open') },
      { value: 'taken', label: say('moderation.report.taken') },
      { value: 'closed', label: say('moderation.report.closed') },
    ];
    return [choices(say('moderation.report.state'), states, this.#state, (state) => {
      this.#state = /** @type {any} */ (state);
      this.load();
    })];
  }

  get empty() {
    return say(EMPTY[this.#state]);
  }

  /** @param {Report} report */
  row(report) {
    const { id, state, handler, now, changed_at: changed } = report;
    return { key: id, signature: JSON.stringify([state, handler, changed, now.text, now.deleted]), make: () => this.#card(report) };
  }

  /** @param {Report} report */
  #card(report) {
    const { message, now, reason, reporter, at, room } = report;
    const who = reporter === 'system' ? say('moderation.report.filter') : reporter;
    const time = moments.short(at, this.chat.clock.now());
    const head = h('p', { class: 'meta' }, h('strong', {}, h('bdi', {}, roomName(room, this.chat))), ' · ', say('moderation.report.by', { who, time }));
    const card = h('li', { class: 'record report' }, head, h('p', { class: 'reason' }, reason), quote(message), changed(message, now), this.#handled(report));
    card.append(this.#tools(report, card));
    return card;
  }

  /** @param {Report} report */
  #handled({ state, handler, resolution, changed_at: changed }) {
    if (!handler) return null;
    const time = moments.short(changed, this.chat.clock.now());
    const text = say(state === 'closed' ? 'moderation.report.closedBy' : 'moderation.report.takenBy', { who: handler, time });
    return h('p', { class: 'meta' }, text, resolution && h('span', { class: 'resolution' }, ` ${say('moderation.report.resolution', { resolution })}`));
  }

  /** @param {Report} report @param {HTMLElement} card */
  #tools(report, card) {
    const { state, handler, message, now, room } = report;
    const me = this.chat.me.username;
    const others = handler !== undefined && handler !== me;
    /** @param {string} wanted @param {string} [resolution] */
    const become = (wanted, resolution) => orSay(card, () => moderationOf(this.chat).act({
      kind: 'handleReport',
      id: report.id,
      change: { state: wanted, resolution, take_over: others },
    }));
    const row = h('div', { class: 'row' });
    if (state === 'open') row.append(h('button', { class: 'primary', onclick: () => become('taken') }, say('moderation.report.take')));
    if (state === 'taken' && others) row.append(h('button', { onclick: () => become('taken') }, say('moderation.report.takeOver')));
    if (state !== 'closed') row.append(h('button', { onclick: () => row.replaceWith(closing(become, row)) }, say('moderation.report.close')));
    else row.append(h('button', { onclick: () => become('open') }, say('moderation.report.reopen')));
    const act = () => this.dispatchEvent(new CustomEvent('open-dialog', { bubbles: true, detail: { tag: 'moot-act', subject: { message: now.deleted ? { ...message, deleted: now.deleted } : message, room } } }));
    row.append(h('button', { onclick: act }, icon('shield'), say('moderation.report.act', { user: message.author.username })));
    if (this.chat.rooms.has(room)) row.append(h('a', { class: 'button quiet', href: `#${room}/${message.id}` }, say('moderation.report.context')));
    return row;
  }
}

/** @param {import('../../chat/contract.js').Message} message */
function quote({ author, text, files = [] }) {
  const said = text || say('moderation.act.noText');
  const names = files.map(({ name }) => h('li', {}, h('bdi', {}, name)));
  return h('blockquote', {}, h('div', { class: 'who' }, face(author.username, author.name), h('bdi', { class: 'name' }, author.name || author.username), h('small', {}, author.username)), h('p', { dir: 'auto' }, said), names.length > 0 && h('ul', { class: 'names' }, ...names));
}

/**
 * What became of it since.
 * @param {import('../../chat/contract.js').Message} then
 * @param {import('../../chat/contract.js').Message} now
 */
function changed(then, now) {
  if (now.deleted) return h('p', { class: 'meta now' }, say('moderation.report.deletedSince', { by: now.deleted.by }));
  if (now.text === then.text) return null;
  return h('div', { class: 'now' }, h('p', { class: 'meta' }, say('moderation.report.editedSince')), h('blockquote', {}, h('p', { dir: 'auto' }, now.text)));
}

/**
 * What was done, said when it is closed.
 * @param {(state: string, resolution?: string) => Promise<void>} become
 * @param {HTMLElement} row What comes back if one thinks better of it.
 */
function closing(become, row) {
  const input = h('input', { maxlength: String(RESOLUTION_MAX), 'aria-label': say('moderation.report.what'), placeholder: say('moderation.report.what') });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    become('closed', input.value.trim() || undefined);
  };
  const cancel = () => {
    form.replaceWith(row);
    row.querySelector('button')?.focus();
  };
  const form = h('form', { class: 'row closing', onsubmit: submit }, input, h('button', { class: 'primary', type: 'submit' }, say('moderation.report.close')), h('button', { type: 'button', onclick: cancel }, say('page.cancel')));
  queueMicrotask(() => input.focus());
  return form;
}

export function registerReports() {
  customElements.define('moot-reports', ReportQueue);
}
