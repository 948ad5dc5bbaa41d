/**
 * What an act would touch, in a line that changes as it is being thought about; or why it can't be done.
 *
 *     <moot-preview></moot-preview>
 *     preview.show(rehearsal);
 */

import { refusalSentence } from '../../chat/reasons.js';
import { locale, say } from '../../words/words.js';
import { fill, h } from '../dom.js';
import { LiveElement } from '../live_element.js';
import { moments } from '../manner.js';

/** @typedef {import('../../chat/moderation/rehearsal.js').Rehearsal} Rehearsal */

export class Preview extends LiveElement {
  /** @type {Rehearsal | null} */
  #rehearsal = null;

  /** @param {Rehearsal} rehearsal */
  show(rehearsal) {
    this.#rehearsal = rehearsal;
    this.watch(rehearsal);
  }

  connectedCallback() {
    super.connectedCallback();
    this.setAttribute('role', 'status');
  }

  draw() {
    const { state, preview, refusal } = this.#rehearsal ?? { state: 'idle', preview: null, refusal: null };
    this.className = `preview ${state}`;
    this.hidden = state === 'idle';
    if (state === 'refused' && refusal) fill(this, h('p', {}, refusalSentence(refusal, (time) => moments.short(time, Date.now()))));
    else if (preview) fill(this, h('p', {}, previewSentence(preview)));
    else fill(this, h('p', { class: 'asking' }, state === 'asking' ? say('moderation.preview.asking') : ''));
  }
}

/** @param {import('../../chat/moderation/rehearsal.js').Preview} preview */
export function previewSentence({ messages, rooms, members, connections, looked_at: looked }) {
  if (looked !== undefined) return say('moderation.preview.found', { count: messages, looked });
  const touched = [
    messages > 0 && say('moderation.preview.messages', { count: messages }),
    rooms > 0 && say('moderation.preview.rooms', { count: rooms }),
    members > 0 && say('moderation.preview.members', { count: members }),
    connections > 0 && say('moderation.preview.connections', { count: connections }),
  ].filter((part) => part !== false);
  if (touched.length === 0) return say('moderation.preview.nothing');
  return say('moderation.preview.touches', { what: new Intl.ListFormat(locale(), { type: 'conjunction' }).format(touched) });
}

export function registerPreview() {
  customElements.define('moot-preview', Preview);
}
