/**
 * Tells somebody who looks elsewhere that they are called: by each room's level, once for a message, in one tab alone,
 * and never about what can be seen on the screen.
 *
 * @typedef {object} Telling
 * @property {string} title
 * @property {string} body
 * @property {string} address Of the message on this page: `#lobby/m1`.
 * @property {string} tag What comes later of the same room takes its place.
 *
 * @typedef {import('./contract.js').Frame} Frame
 * @typedef {import('./contract.js').Message} Message
 */

import { say } from '../words/words.js';

/** What a notification shows of a text; systems cut off what is longer, each in its own way. */
const TEXT_MAX = 180;

/** The same message may come as an event and as a call, in either order; of how many that is remembered. */
const REMEMBERED = 100;

export class Notifier {
  #around;
  /** @type {Set<string>} the messages that were dealt with */
  #told = new Set();

  /**
   * @param {object} around
   * @param {import('./chat.js').Chat} around.chat
   * @param {import('./levels.js').Levels} around.levels
   * @param {Pick<import('./tabs.js').Tabs, 'leads' | 'looksAt'>} around.tabs
   * @param {() => boolean} around.wanted
   * @param {(telling: Telling) => void} around.tell
   */
  constructor(around) {
    this.#around = around;
    around.chat.connection.addEventListener('frame', (event) => this.#heard(/** @type {CustomEvent} */ (event).detail));
  }

  /** @param {Frame} frame */
  #heard(frame) {
    if (frame.type !== 'message.posted' && frame.type !== 'mentioned') return;
    const message = /** @type {Message} */ (/** @type {any} */ (frame).message);
    const called = frame.type === 'mentioned';
    if (this.#calls(message, called)) this.#consider(message);
  }

  /**
   * @param {Message} message
   * @param {boolean} called
   */
  #calls({ author, room, root }, called) {
    const { chat, levels } = this.#around;
    if (author.username === chat.me.username) return false;
    const info = chat.rooms.get(room)?.info ?? { slug: room, visibility: 'public' };
    const level = levels.of(info);
    // What is said in a thread calls only who is named in it.
    return level === 'all' ? called || root === undefined : level === 'mentions' && called;
  }

  /** @param {Message} message */
  async #consider(message) {
    const { tabs, wanted, tell } = this.#around;
    if (this.#told.has(message.id)) return;
    this.#remember(message.id);
    if (!wanted() || !tabs.leads || (await tabs.looksAt(message.room))) return;
    tell(this.#telling(message));
  }

  /** @param {Message} message */
  #telling({ id, author, room, text = '', files = [] }) {
    const info = this.#around.chat.rooms.get(room)?.info;
    const name = author.name || author.username;
    const said = text.trim() || files.map((file) => file.name).join(', ');
    return {
      title: info === undefined || info.visibility === 'direct' ? name : say('page.notification', { name, room: info.name }),
      body: [...said].length > TEXT_MAX ? `${[...said].slice(0, TEXT_MAX).join('')}…` : said,
      address: `#${room}/${id}`,
      tag: `folkmoot ${room}`,
    };
  }

  /** @param {string} id */
  #remember(id) {
    this.#told.add(id);
    if (this.#told.size > REMEMBERED) this.#told.delete(/** @type {string} */ (this.#told.values().next().value));
  }
}
