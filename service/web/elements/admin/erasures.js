/**
 * Who was erased, and how far the server has come with those who are being erased.
 *
 *     <moot-erasures></moot-erasures>
 *     erasures.show(chat);
 */

import { say } from '../../words/words.js';
import { h } from '../dom.js';
import { moments } from '../manner.js';
import { PagedList } from '../moderation/paged.js';

/** How often to look again, while one is under way. */
const AGAIN_MS = 2_000;

/** @typedef {{id: string, user: string, messages: 'detach' | 'delete', at: string, state: 'running' | 'done', looked: number, whole: number, changed: number, finished_at?: string}} Erasure */

/** @extends {PagedList<Erasure>} */
export class Erasures extends PagedList {
  #cancel = () => {};

  load() {
    return this.pages.show('/api/erasures');
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#cancel();
  }

  head() {
    return [h('p', { class: 'hint' }, say('admin.erasures.hint'))];
  }

  get empty() {
    return say('admin.erasures.none');
  }

  draw() {
    super.draw();
    this.#cancel();
    const running = !this.pages.loading && this.pages.items.some(({ state }) => state === 'running');
    if (running) this.#cancel = this.chat.clock.after(AGAIN_MS, () => this.pages.refresh());
  }

  /** @param {Erasure} erasure */
  row(erasure) {
    return { key: erasure.id, signature: JSON.stringify(erasure), make: () => this.#line(erasure) };
  }

  /** @param {Erasure} erasure */
  #line({ user, messages, at, state, looked, whole, changed, finished_at: finished = at }) {
    const now = this.chat.clock.now();
    const time = h('time', { datetime: at, title: moments.full(at) }, moments.short(at, now));
    const far = state === 'done' ? say('admin.erasures.done', { time: moments.short(finished, now) }) : say('admin.erasures.running', { looked, whole });
    const what = say(messages === 'delete' ? 'admin.erasures.delete' : 'admin.erasures.detach');
    const told = h('div', { class: 'told' }, h('p', {}, h('strong', {}, user), `, ${what}`), h('p', { class: 'meta' }, [far, say('admin.erasures.changed', { count: changed })].join(' · ')));
    if (state === 'running') told.append(h('progress', { max: String(Math.max(whole, 1)), value: String(looked), 'aria-label': far }));
    return h('li', { class: 'record line' }, time, told);
  }
}

export function registerErasures() {
  customElements.define('moot-erasures', Erasures);
}
