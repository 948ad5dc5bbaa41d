/**
 * The reports that one may handle: those that wait, always counted, and those of one state as a list that is kept
 * current by what the server tells. Emits `change`.
 *
 * @typedef {import('../contract.js').Message} Message
 * @typedef {'open' | 'taken' | 'closed'} ReportState
 *
 * @typedef {object} Report
 * @property {string} id
 * @property {string} room
 * @property {string} message_id
 * @property {Message} message As it was when it was reported.
 * @property {Message} now As it is now.
 * @property {string} reporter A username, or `system` for a filter.
 * @property {string} reason
 * @property {string} at
 * @property {ReportState} state
 * @property {string} changed_at
 * @property {string} [handler]
 * @property {string} [resolution]
 */

import { Pages } from './pages.js';

/** Nobody counts further. */
export const COUNTED = 200;

export class Reports extends EventTarget {
  /** @type {ReportState} which of them the list shows */
  state = 'open';
  /** Of one room; empty: of all. */
  room = '';
  /** @type {Pages<Report>} */
  list;

  /** @type {Pages<Report>} */
  #open;

  /** @param {Pick<import('../api.js').Api, 'ask'>} api */
  constructor(api) {
    super();
    const changed = () => this.dispatchEvent(new Event('change'));
    this.list = new Pages(api);
    this.#open = new Pages(api);
    this.list.addEventListener('change', changed);
    this.#open.addEventListener('change', changed);
  }

  /** How many wait for somebody to take them. */
  get waiting() {
    return this.#open.items.length;
  }

  /** Whether there are more of them than were counted. */
  get moreWaiting() {
    return this.#open.hasMore;
  }

  /** Counts anew: at the beginning, and when one may have missed something. */
  async count() {
    await this.#open.show('/api/reports', { state: 'open', limit: String(COUNTED) });
  }

  /**
   * @param {ReportState} state
   * @param {string} [room]
   */
  async show(state, room = '') {
    this.state = state;
    this.room = room;
    const path = room === '' ? '/api/reports' : `/api/rooms/${encodeURIComponent(room)}/reports`;
    await this.list.show(path, { state });
  }

  /**
   * One that is new, or has changed: told by the server, or answered to what one did oneself.
   * @param {Report} report
   */
  heard(report) {
    this.#open.revise((items) => placed(items, report, report.state === 'open'));
    const shown = report.state === this.state && (this.room === '' || this.room === report.room);
    if (this.list.loaded) this.list.revise((items) => placed(items, report, shown));
  }
}

/**
 * The list with the report where it belongs, newest first, or without it.
 * @param {Report[]} items
 * @param {Report} report
 * @param {boolean} belongs
 */
function placed(items, report, belongs) {
  const others = items.filter(({ id }) => id !== report.id);
  if (!belongs) return others;
  const at = others.findIndex((other) => other.at < report.at);
  return at < 0 ? [...others, report] : others.toSpliced(at, 0, report);
}
