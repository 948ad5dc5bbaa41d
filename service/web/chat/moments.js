/**
 * Times in the reader's own zone, in the language and manner of a locale.
 */

import { say } from '../words/words.js';

const DAY_MS = 86_400_000;

/** Weekdays alone are clear for this long. */
const WEEK_DAYS = 6;

export class Moments {
  #time;
  #full;
  #weekday;
  #day;
  #dayWithYear;

  /**
   * @param {string} locale
   * @param {string} [timeZone]
   */
  constructor(locale, timeZone) {
    this.#time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', timeZone });
    this.#full = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium', timeZone });
    this.#weekday = new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone });
    this.#day = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', timeZone });
    this.#dayWithYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric', timeZone });
  }

  /** @param {number | string} moment "14:05" */
  time(moment) {
    return this.#time.format(new Date(moment));
  }

  /** @param {number | string} moment "22 Nov 2026, 14:05:09" */
  full(moment) {
    return this.#full.format(new Date(moment));
  }

  /** @param {number | string} moment The same for two moments of one day. */
  dayKey(moment) {
    return this.#dayWithYear.format(new Date(moment));
  }

  /**
   * "Today", "Yesterday", "Friday 20 November", "3 March 2025".
   * @param {number | string} moment
   * @param {number} now
   */
  day(moment, now) {
    const key = this.dayKey(moment);
    if (key === this.dayKey(now)) return say('common.today');
    if (key === this.dayKey(now - DAY_MS)) return say('common.yesterday');
    const date = new Date(moment);
    return date.getFullYear() === new Date(now).getFullYear() ? this.#day.format(date) : key;
  }

  /**
   * As short as it stays clear: "14:05", "Friday, 14:05", "22 Nov 2026, 14:05:09".
   * @param {number | string} moment
   * @param {number} now
   */
  short(moment, now) {
    if (this.dayKey(moment) === this.dayKey(now)) return this.time(moment);
    const distance = Math.abs(new Date(moment).getTime() - now);
    if (distance < WEEK_DAYS * DAY_MS) return `${this.#weekday.format(new Date(moment))}, ${this.time(moment)}`;
    return this.full(moment);
  }
}
