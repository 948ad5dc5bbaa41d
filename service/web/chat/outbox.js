/**
 * What one person wrote into one room and the room's log does not show yet. It is data and its changes: nothing is
 * sent from here. A message keeps its nonce from the first attempt to the last, so sending it again never doubles it.
 *
 *     waiting → sending → sent → (in the log: gone from here)
 *        ↑         ├→ delayed → waiting      the server asked to wait
 *        └─────────┴→ failed                 only the person can decide what happens next
 *
 * @typedef {object} Outgoing
 * @property {string} nonce
 * @property {string} text
 * @property {number} at When it was written.
 * @property {'waiting' | 'sending' | 'delayed' | 'sent' | 'failed'} state
 * @property {number} [seq] Where the server stored it.
 * @property {import('./contract.js').Refusal} [refusal]
 */

/** Refusals that time alone can cure; everything else needs a decision. */
const PASSING = new Set(['rate_limited', 'slow_mode', 'unavailable']);

/** For a refusal that asks to wait but does not say how long. */
const DEFAULT_DELAY_S = 2;

export class Outbox {
  /** @type {Outgoing[]} */
  items = [];

  /**
   * @param {string} nonce
   * @param {string} text
   * @param {number} at
   */
  add(nonce, text, at) {
    this.items.push({ nonce, text, at, state: 'waiting' });
  }

  /** The one to send now. One at a time: two in flight could change places if the first is told to wait. */
  next() {
    for (const item of this.items) {
      if (item.state === 'waiting') return item;
      if (item.state === 'sending' || item.state === 'delayed') return null;
    }
    return null;
  }

  /** @param {string} nonce */
  sending(nonce) {
    this.#update(nonce, { state: 'sending', refusal: undefined });
  }

  /**
   * The server has it. It stays until the log reaches it, so that it does not flicker in between.
   * @param {string} nonce
   * @param {number} seq
   * @param {number} logSeq How far the log has come.
   */
  accepted(nonce, seq, logSeq) {
    this.#update(nonce, { state: 'sent', seq });
    this.reached(logSeq);
  }

  /**
   * Answers how many milliseconds to wait before `resume`, or null if it failed.
   * @param {string} nonce
   * @param {import('./contract.js').Refusal} refusal
   */
  refused(nonce, refusal) {
    const passing = PASSING.has(refusal.code);
    this.#update(nonce, { state: passing ? 'delayed' : 'failed', refusal });
    return passing ? (refusal.retry_after ?? DEFAULT_DELAY_S) * 1000 : null;
  }

  /** What was told to wait may go. */
  resume() {
    for (const item of this.items) if (item.state === 'delayed') item.state = 'waiting';
  }

  /** The connection went: what was on its way goes again, under the same nonce. */
  lost() {
    for (const item of this.items) if (item.state === 'sending' || item.state === 'delayed') item.state = 'waiting';
  }

  /** The log is another one, restored from before what was sent: under its nonce it goes again, or is found there. */
  forgotten() {
    for (const item of this.items) if (item.state === 'sent') Object.assign(item, { state: 'waiting', seq: undefined });
  }

  /** @param {string} nonce */
  retry(nonce) {
    this.#update(nonce, { state: 'waiting', refusal: undefined });
  }

  /** @param {string} nonce */
  discard(nonce) {
    this.items = this.items.filter((item) => item.nonce !== nonce);
  }

  /**
   * The log has come to `seq`: whatever was stored up to there is shown by the log now.
   * @param {number} seq
   */
  reached(seq) {
    this.items = this.items.filter((item) => item.seq === undefined || item.seq > seq);
  }

  /**
   * @param {string} nonce
   * @param {Partial<Outgoing>} change
   */
  #update(nonce, change) {
    const item = this.items.find((one) => one.nonce === nonce);
    if (item) Object.assign(item, change);
  }
}
