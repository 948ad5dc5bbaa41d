/**
 * What one person wrote into one room and the room's log does not show yet. It is data and its changes: nothing is
 * sent from here. A message keeps its nonce from the first attempt to the last, so sending it again never doubles it.
 * Whoever keeps it for after a reload is told of each change that matters then.
 *
 *     waiting → sending → sent → (in the log: gone from here)
 *        ↑         ├→ delayed → waiting      the server asked to wait
 *        └─────────┴→ failed                 only the person can decide what happens next
 *
 * @typedef {object} Outgoing
 * @property {string} nonce
 * @property {string} text
 * @property {number} at When it was written.
 * @property {string} [reply_to] The message that it answers.
 * @property {string} [root] The message under which its thread hangs.
 * @property {import('./contract.js').FileInfo[]} [files]
 * @property {'waiting' | 'sending' | 'delayed' | 'sent' | 'failed'} state
 * @property {number} [seq] Where the server stored it.
 * @property {import('./contract.js').Refusal} [refusal]
 *
 * @typedef {object} Keeper
 * @property {(item: Outgoing) => void} keep
 * @property {(nonce: string) => void} drop
 */

/** Refusals that time alone can cure; everything else needs a decision. */
const PASSING = new Set(['rate_limited', 'slow_mode', 'unavailable']);

/** For a refusal that asks to wait but does not say how long. */
const DEFAULT_DELAY_S = 2;

export class Outbox {
  /** @type {Outgoing[]} */
  items = [];
  #keeper;

  /** @param {Keeper} [keeper] */
  constructor(keeper = { keep() {}, drop() {} }) {
    this.#keeper = keeper;
  }

  /** @param {Omit<Outgoing, 'state'>} written */
  add(written) {
    /** @type {Outgoing} */
    const item = { ...written, state: 'waiting' };
    this.items.push(item);
    this.#keeper.keep(item);
  }

  /**
   * What an earlier page left behind stands before what was written on this one.
   * @param {Outgoing[]} items
   */
  restore(items) {
    const known = new Set(this.items.map(({ nonce }) => nonce));
    this.items = [...items.filter(({ nonce }) => !known.has(nonce)), ...this.items];
  }

  /** How many the server does not have yet. */
  get waiting() {
    return this.items.filter(({ state }) => state !== 'sent').length;
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
    this.#keeper.drop(nonce);
    this.reached(logSeq);
  }

  /**
   * Answers how many milliseconds to wait before `resume`, or null if it failed.
   * @param {string} nonce
   * @param {import('./contract.js').Refusal} refusal
   */
  refused(nonce, refusal) {
    const passing = PASSING.has(refusal.code);
    const item = this.#update(nonce, { state: passing ? 'delayed' : 'failed', refusal });
    if (item) this.#keeper.keep(item);
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
    for (const item of this.items.filter(({ state }) => state === 'sent')) {
      Object.assign(item, { state: 'waiting', seq: undefined });
      this.#keeper.keep(item);
    }
  }

  /** @param {string} nonce */
  retry(nonce) {
    const item = this.#update(nonce, { state: 'waiting', refusal: undefined });
    if (item) this.#keeper.keep(item);
  }

  /** @param {string} nonce */
  discard(nonce) {
    this.items = this.items.filter((item) => item.nonce !== nonce);
    this.#keeper.drop(nonce);
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
    return item && Object.assign(item, change);
  }
}
