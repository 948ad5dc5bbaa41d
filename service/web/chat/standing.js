/**
 * What keeps one from posting in a room, or from coming in: first as the room's object and its events say it, then as
 * the server explains it, with who set the rule, until when and why. A mute and a ban end here by themselves, on time.
 *
 * It decides nothing: it saves people from writing what would be refused.
 *
 * @typedef {import('./contract.js').Refusal} Refusal
 * @typedef {import('./contract.js').RoomInfo} RoomInfo
 */

import { say } from '../words/words.js';
import { Problem } from './problem.js';
import { gateInWords, passes } from './roles.js';
import { SessionEnded } from './session.js';

/** Two clocks never agree: asked right at the end, the server might say that it still stands. */
export const GRACE_MS = 500;

/** When to look again, where the server's clock says later than this one that it is over. */
export const AGAIN_MS = 5_000;

/** A browser's timer holds no more than 24 days, and calls at once for what is longer. */
export const LONGEST_WAIT_MS = 24 * 60 * 60_000;

/** An end in the last year that RFC 3339 can say is none: nobody has set one. */
const NO_END_YEAR = 9999;

/** @type {Record<string, import('../words/words.js').Key>} this page's own words for the rules that it knows */
const WORDS = { mute: 'reasons.muted', ban: 'reasons.banned', locked: 'reasons.locked' };

/** @type {Record<string, string>} */
const CODES = { mute: 'muted', ban: 'banned', locked: 'locked' };

/**
 * The end of a sanction, or undefined where nobody has set one.
 * @param {string | undefined} until
 */
export function endOf(until) {
  return until === undefined || new Date(until).getUTCFullYear() >= NO_END_YEAR ? undefined : until;
}

export class Standing {
  /** @type {Refusal | null} why one may not post; where one is no member, why one may not come in */
  refusal = null;

  #around;
  /** @type {'post' | 'join'} */
  #wanted = 'post';
  #explained = true;
  #watched = false;
  #questions = 0;
  /** The last event about oneself: a room's object from before it knows nothing of it. */
  #since = 0;
  #cancel = () => {};

  /**
   * @param {object} around
   * @param {string} around.slug
   * @param {Pick<import('./api.js').Api, 'permissions'>} around.api
   * @param {import('./clock.js').Clock} around.clock
   * @param {() => import('./contract.js').ServerRole} around.role One's own on the server.
   * @param {() => void} around.refresh Asks for the room's object anew, and brings it to `seen`.
   * @param {() => void} around.changed
   */
  constructor(around) {
    this.#around = around;
  }

  /**
   * The room's object, as the server showed it to oneself.
   * @param {RoomInfo} info
   */
  seen(info) {
    if (!info.you || info.seq < this.#since) return;
    this.#wanted = info.you.role ? 'post' : 'join';
    if (info.you.can.includes(this.#wanted)) return this.#become(null, true);
    const rule = this.#ruleOf(info);
    const until = rule === 'mute' ? endOf(info.you.muted_until) : undefined;
    const known = this.refusal?.why;
    // An event said more about this mute than the room's object does.
    if (rule === 'mute' && known?.rule === rule && known.by && known.until === until) return;
    const kept = known?.rule === rule && rule !== 'mute' ? known : { rule, ...(until && { until }) };
    this.#become(this.#refuse(kept, info), false);
  }

  /** The log begins anew, and with it the count of its events. */
  reset() {
    this.#since = 0;
  }

  /**
   * One's own membership changed: the role, or a mute that begins or ends.
   * @param {import('./contract.js').RoomEvent} event
   */
  changed({ seq, member, by, reason }) {
    this.#since = seq;
    const until = member?.muted_until;
    if (until !== undefined && new Date(until).getTime() > this.#around.clock.now()) {
      const why = { rule: 'mute', ...(by && { by }), ...(endOf(until) && { until }), ...(reason && { reason }) };
      this.#become(this.#refuse(why), true);
    } else if (this.refusal?.why?.rule === 'mute') {
      this.#become(null, true);
    }
  }

  /**
   * One is out. After a ban the way back is closed until it ends; otherwise it is open, as far as is known.
   * @param {import('./room.js').Removal} removal
   * @param {number} seq How far the log has come.
   */
  removed({ code, by, until, reason }, seq) {
    this.#since = seq;
    const before = this.#wanted;
    this.#wanted = 'join';
    if (code !== 'banned') return before === 'join' ? undefined : this.#become(null, true);
    const why = { rule: 'ban', ...(by && { by }), ...(endOf(until) && { until }), ...(reason && { reason }) };
    this.#become(this.#refuse(why), true);
  }

  /**
   * Only of a room that somebody looks at it is worth asking who set its rules: otherwise every lock would be asked
   * about by everybody at once.
   * @param {boolean} watched
   */
  watch(watched) {
    this.#watched = watched;
    if (watched) this.#ask();
  }

  /** Nobody looks at this any more. */
  stop() {
    this.#cancel();
  }

  /**
   * The rule that closes the room, as far as its object shows it.
   * @param {RoomInfo} info
   */
  #ruleOf(info) {
    const role = this.#around.role();
    if (this.#wanted === 'join') return passes(role, info.join_role) ? 'ban' : 'join_role';
    if (info.you?.muted_until !== undefined) return 'mute';
    return passes(role, info.post_role) ? 'locked' : 'post_role';
  }

  /**
   * @param {import('./contract.js').Why} why
   * @param {RoomInfo} [info] For a gate's words.
   * @returns {Refusal}
   */
  #refuse(why, info) {
    const gate = info && gateWords(why.rule, info);
    return { code: CODES[why.rule] ?? 'role_too_low', message: gate ?? ownWords(why.rule), why };
  }

  /**
   * @param {Refusal | null} refusal
   * @param {boolean} explained Whether nobody could say more about it.
   */
  #become(refusal, explained) {
    this.#cancel();
    this.#questions += 1; // an answer that is under way is about what was before
    this.refusal = refusal;
    this.#explained = explained;
    this.#wait();
    this.#around.changed();
    if (this.#watched) this.#ask();
  }

  async #ask() {
    if (this.#explained) return;
    this.#explained = true;
    const question = (this.#questions += 1);
    try {
      const { actions } = await this.#around.api.permissions(this.#around.slug);
      const failed = actions.find(({ action }) => action === this.#wanted)?.rules.find(({ holds }) => !holds);
      if (question === this.#questions && failed) this.#explain(failed);
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      // What the room's object says is enough to go on with.
    }
  }

  /** @param {{rule: string, message?: string, why?: import('./contract.js').Why}} failed */
  #explain({ rule, message = '', why }) {
    const same = this.refusal?.why?.rule === rule ? this.refusal.message : '';
    const words = same || ownWords(rule) || message;
    this.#become({ code: CODES[rule] ?? 'forbidden', message: words, why: { ...why, rule } }, true);
  }

  #wait() {
    const until = endOf(this.refusal?.why?.until);
    if (until === undefined) return;
    const left = new Date(until).getTime() - this.#around.clock.now();
    const wait = left > 0 ? Math.min(left + GRACE_MS, LONGEST_WAIT_MS) : AGAIN_MS;
    this.#cancel = this.#around.clock.after(wait, () => {
      if (new Date(until).getTime() > this.#around.clock.now()) return this.#wait();
      this.#become(null, true);
      this.#around.refresh();
    });
  }
}

/** @param {string} rule */
function ownWords(rule) {
  return Object.hasOwn(WORDS, rule) ? say(WORDS[rule]) : '';
}

/**
 * @param {string} rule
 * @param {RoomInfo} info
 */
function gateWords(rule, info) {
  if (rule === 'post_role') return say('reasons.postRole', { gate: gateInWords(info.post_role) });
  return rule === 'join_role' ? say('reasons.joinRole', { gate: gateInWords(info.join_role) }) : undefined;
}
