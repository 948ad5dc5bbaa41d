/**
 * What is in force against people, in a room or on the whole server, and the way to lift it.
 *
 *     <moot-sanctions></moot-sanctions>
 *     sanctions.show(chat, 'lobby');
 */

import { moderationOf } from '../../chat/moderation/moderation.js';
import { say } from '../../words/words.js';
import { h } from '../dom.js';
import { face } from '../face.js';
import { moments } from '../manner.js';
import { choices } from './choices.js';
import { orSay } from './or_say.js';
import { PagedList } from './paged.js';
import { sanctionSentence } from './person.js';

/** @typedef {{id: string, user: string, kind: string, by: string, at: string, until?: string, room?: string, reason?: string, lifted?: {by: string, at: string}}} Sanction */

/** @extends {PagedList<Sanction>} */
export class Sanctions extends PagedList {
  #history = false;

  load() {
    const path = this.slug === '' ? '/api/sanctions' : `/api/rooms/${this.slug}/sanctions`;
    return this.pages.show(path, { history: this.#history ? 'true' : undefined });
  }

  head() {
    const which = [{ value: 'now', label: say('moderation.sanctions.now') }, { value: 'all', label: say('moderation.sanctions.all') }];
    return [choices(say('moderation.sanctions.which'), which, this.#history ? 'all' : 'now', (value) => {
      this.#history = value === 'all';
      this.load();
    })];
  }

  get empty() {
    return say('moderation.sanctions.none');
  }

  /** @param {Sanction} sanction */
  row(sanction) {
    const over = sanction.lifted !== undefined || sanction.kind === 'kick' || (sanction.until !== undefined && new Date(sanction.until).getTime() <= this.chat.clock.now());
    return { key: sanction.id, signature: JSON.stringify([over, sanction.lifted]), make: () => this.#line(sanction, over) };
  }

  /** @param {Sanction} sanction @param {boolean} over */
  #line(sanction, over) {
    const { user, at, lifted } = sanction;
    const name = this.chat.names.of(user);
    const now = this.chat.clock.now();
    const told = h('div', { class: 'told' }, h('p', {}, h('strong', {}, h('bdi', {}, name)), h('small', {}, ` ${user}`)), h('p', {}, sanctionSentence(sanction, this.chat)));
    const since = say('moderation.sanctions.since', { time: moments.short(at, now) });
    told.append(h('p', { class: 'meta' }, lifted ? `${since} · ${say('moderation.sanctions.lifted', { who: lifted.by, time: moments.short(lifted.at, now) })}` : since));
    const row = h('li', { class: 'record line' }, face(user, name), told);
    if (!over) row.append(h('button', { onclick: () => orSay(row, () => this.#lift(sanction)) }, say('moderation.lift')));
    return row;
  }

  /** @param {Sanction} sanction */
  async #lift({ id, room, user }) {
    await moderationOf(this.chat).carryOut({ kind: 'lift', id, room, user });
    await this.pages.refresh();
  }
}

export function registerSanctions() {
  customElements.define('moot-sanctions', Sanctions);
}
