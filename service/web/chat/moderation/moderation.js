/**
 * What somebody with authority works with: trying an act, doing it, taking it back, and the reports that wait. One for
 * each chat; it listens to what the server tells for as long as the chat lives.
 */

import { Rehearsal } from './rehearsal.js';
import { Reports } from './reports.js';
import { Undo } from './undo.js';
import { requestOf } from './wishes.js';

/** @typedef {import('./wishes.js').Wish} Wish */

/** What a sign-in has to be good for, to be told of reports. */
const SCOPE = 'moderate';

/** @type {WeakMap<object, Moderation>} */
const known = new WeakMap();

/**
 * @param {import('../chat.js').Chat} chat
 * @returns {Moderation}
 */
export function moderationOf(chat) {
  const one = known.get(chat) ?? new Moderation(chat);
  known.set(chat, one);
  return one;
}

export class Moderation {
  #api;
  #clock;

  /** @param {Pick<import('../chat.js').Chat, 'api' | 'clock' | 'connection'>} chat */
  constructor({ api, clock, connection }) {
    this.#api = api;
    this.#clock = clock;
    this.undo = new Undo(api, clock);
    this.reports = new Reports(api);
    connection.addEventListener('frame', (event) => this.#heard(/** @type {CustomEvent} */ (event).detail));
    const count = () => {
      if (connection.hello?.scope.split(' ').includes(SCOPE)) this.reports.count();
    };
    // What was told while the connection was away is not told again.
    connection.addEventListener('hello', count);
    count();
  }

  /** What an act would touch, asked as it is being thought about. */
  rehearsal() {
    return new Rehearsal(async (wish) => (await this.#api.act(...requestOf(wish, { dry: true }))).answer, this.#clock);
  }

  /**
   * Does it. What can be undone is offered so for a while.
   * @param {Wish} wish
   * @returns {Promise<any>} what the server answers
   */
  async carryOut(wish) {
    const { answer, action } = await this.#api.act(...requestOf(wish));
    this.undo.offer(wish, action);
    return answer;
  }

  /**
   * Does it without a word: where the page itself shows what became of it.
   * @param {Wish} wish
   */
  async act(wish) {
    const { answer } = await this.#api.act(...requestOf(wish));
    if (wish.kind === 'handleReport') this.reports.heard(answer);
    return answer;
  }

  /** @param {import('../contract.js').Frame} frame */
  #heard(frame) {
    if (frame.type === 'report.opened' || frame.type === 'report.changed') this.reports.heard(frame.report);
  }
}
