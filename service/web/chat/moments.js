/**
 * Times in the reader's own zone, in the language and manner of a locale.
 */

import { say } from '../words/words.js';

const DAY_MS = 86_400_000;

/** Weekdays alone are clear for this long. */
const WEEK_DAYS = 6;

export class Moments {
  #formats;

  /**
   * @param {string} locale
   * @param {string} [timeZone]
   */
  constructor(locale, timeZone) {
    this.#formats = formats(locale, timeZone);
  }

  /**
   * From now on in the language and manner of another one.
   * @param {string} locale
   * @param {string} [timeZone]
   */
  speak(locale, timeZone) {
    this.#formats = formats(locale, timeZone);
  }

  /** @param {number | string} moment "14:05" */
  time(moment) {
    return this.#formats.time.format(new Date(moment));
  }

  /** @param {number | string} moment "22 Nov 2026, 14:05:09" */
  full(moment) {
    return this.#formats.full.format(new Date(moment));
  }

  /** @param {number | string} moment The same for two moments of one day. */
  dayKey(moment) {
    return this.#formats.dayWithYear.format(new Date(moment));
  }

  /**
   * "Today", "Yesterday", "Friday 20 November", "3 March 2025".
   * @param {number | string} moment
   * @param {number} now
   */
  day(moment, now) {
    const key = this.dayKey(moment);
    if (key === this.dayKey(now)) return say('page.today');
    if (key === this.dayKey(now - DAY_MS)) return say('page.yesterday');
    const date = new Date(moment);
    return date.getFullYear() === new Date(now).getFullYear() ? this.#formats.day.format(date) : key;
  }

  /**
   * As short as it stays clear: "14:05", "Friday, 14:05", "22 Nov 2026, 14:05:09".
   * @param {number | string} moment
   * @param {number} now
   */
  short(moment, now) {
    if (this.dayKey(moment) === this.dayKey(now)) return this.time(moment);
    const distance = Math.abs(new Date(moment).getTime() - now);
    if (distance < WEEK_DAYS * DAY_MS) return `${this.#formats.weekday.format(new Date(moment))}, ${this.time(moment)}`;
    return this.full(moment);
  }
}

/**
 * @param {string} locale
 * @param {string} [timeZone]
 */
function formats(locale, timeZone) {
  return {
    time: new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', timeZone }),
    full: new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium', timeZone }),
    weekday: new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone }),
    day: new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', timeZone }),
    dayWithYear: new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric', timeZone }),
  };
}
