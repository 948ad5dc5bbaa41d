/**
 * What a reader sees of a room, as a list: days, the line above what is new, messages of the log and those still on
 * their way. Pure; each entry has a key, so whoever shows the list can keep what has not changed.
 *
 * @typedef {import('./contract.js').Message} Message
 * @typedef {import('./outbox.js').Outgoing} Outgoing
 * @typedef {{kind: 'day', key: string, at: number | string}
 *   | {kind: 'new', key: string}
 *   | {kind: 'message', key: string, message: Message, opens: boolean}
 *   | {kind: 'outgoing', key: string, item: Outgoing, opens: boolean}} Entry
 */

/** One person's messages stand under one name as long as they come within this time of each other. */
export const TOGETHER_MS = 5 * 60_000;

/**
 * @param {object} view
 * @param {Message[]} view.messages
 * @param {Outgoing[]} view.outgoing Shown after the last message.
 * @param {string} view.me
 * @param {number | null} view.line The seq below which the line stands: what is above it has been read.
 * @param {(moment: number | string) => string} view.dayKey
 * @returns {Entry[]}
 */
export function entries({ messages, outgoing, me, line, dayKey }) {
  const list = new List(dayKey);
  const own = new Set();
  let marked = line === null;
  for (const message of messages) {
    if (!marked && message.seq > /** @type {number} */ (line)) {
      list.mark({ kind: 'new', key: 'new' });
      marked = true;
    }
    const mine = message.nonce !== undefined && message.author.username === me;
    if (mine) own.add(message.nonce);
    const key = mine ? `own ${message.nonce}` : `seq ${message.seq}`;
    const opens = list.meets(message.author.username, message.at);
    list.items.push({ kind: 'message', key, message, opens });
  }
  for (const item of outgoing) {
    // One that an earlier page sent without hearing so is in the log, and goes again under the same nonce.
    if (own.has(item.nonce)) continue;
    const opens = list.meets(me, item.at);
    list.items.push({ kind: 'outgoing', key: `own ${item.nonce}`, item, opens });
  }
  return list.items;
}

/** No zone's day begins within a quarter of an hour: to name the day is slow, and most messages stand close together. */
const QUARTER_MS = 15 * 60_000;

class List {
  /** @type {Entry[]} */
  items = [];
  #dayKey;
  #day = '';
  #quarter = NaN;
  #speaker = '';
  #at = 0;

  /** @param {(moment: number | string) => string} dayKey */
  constructor(dayKey) {
    this.#dayKey = dayKey;
  }

  /** @param {Entry} entry Something between two messages: the next one stands under its author's name again. */
  mark(entry) {
    this.items.push(entry);
    this.#speaker = '';
  }

  /**
   * Begins a new day if it is one, and answers whether the message opens a new group.
   * @param {string} speaker
   * @param {number | string} at
   */
  meets(speaker, at) {
    const time = new Date(at).getTime();
    const quarter = Math.floor(time / QUARTER_MS);
    const day = quarter === this.#quarter ? this.#day : this.#dayKey(at);
    this.#quarter = quarter;
    if (day !== this.#day) {
      this.#day = day;
      this.mark({ kind: 'day', key: `day ${day}`, at });
    }
    const opens = speaker !== this.#speaker || time - this.#at > TOGETHER_MS;
    this.#speaker = speaker;
    this.#at = time;
    return opens;
  }
}
