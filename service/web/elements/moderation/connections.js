/**
 * The sockets that hear a room right now: for finding ghosts and floods, and ending them.
 *
 *     <moot-connections></moot-connections>
 *     connections.show(chat, 'lobby');
 */

import { moderationOf } from '../../chat/moderation/moderation.js';
import { programInWords } from '../../chat/programs.js';
import { say } from '../../words/words.js';
import { h } from '../dom.js';
import { face } from '../face.js';
import { moments } from '../manner.js';
import { orSay } from './or_say.js';
import { PagedList } from './paged.js';

/** @typedef {{id: string, user: string, since: string, address: string, client: string, codec: string, state: 'live' | 'behind', lag: number, queue: number}} Connected */

/** @extends {PagedList<Connected>} */
export class Connections extends PagedList {
  load() {
    return this.pages.show(`/api/rooms/${this.slug}/connections`);
  }

  head() {
    return [h('div', { class: 'row' }, h('p', { class: 'hint' }, say('moderation.connections.hint')), h('button', { onclick: () => this.pages.refresh() }, say('moderation.refresh')))];
  }

  get empty() {
    return say('moderation.connections.none');
  }

  /** @param {Connected} connected */
  row(connected) {
    return { key: connected.id, signature: JSON.stringify(connected), make: () => this.#line(connected) };
  }

  /** @param {Connected} connected */
  #line({ id, user, since, address, client, codec, state, lag, queue }) {
    const name = this.chat.names.of(user);
    const now = this.chat.clock.now();
    const health = state === 'live' ? say('moderation.connections.live') : say('moderation.connections.behind', { count: lag, bytes: queue });
    const told = h('div', { class: 'told' },
      h('p', {}, h('strong', {}, h('bdi', {}, name)), h('small', {}, ` ${user}`)),
      h('p', { class: 'meta' }, [programInWords(client), address, codec].join(' · ')),
      h('p', { class: 'meta' }, `${say('moderation.sanctions.since', { time: moments.short(since, now) })} · ${health}`));
    const row = h('li', { class: 'record line' }, face(user, name), told);
    const end = async () => {
      await moderationOf(this.chat).carryOut({ kind: 'drop', room: this.slug, id, user });
      await this.pages.refresh();
    };
    if (user !== this.chat.me.username) row.append(h('button', { onclick: () => orSay(row, end) }, say('moderation.connections.end')));
    return row;
  }
}

export function registerConnections() {
  customElements.define('moot-connections', Connections);
}
