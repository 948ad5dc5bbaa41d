/**
 * Whether one hears a room: coming in, coming back after a loss, being sent away.
 *
 * @typedef {import('./contract.js').Refusal} Refusal
 * @typedef {import('./contract.js').JoinAnswer} JoinAnswer
 * @typedef {{code: string, by?: string, until?: string, reason?: string}} Removal
 */

/** Refusals of a join that time alone can cure. */
const PASSING = new Set(['rate_limited', 'unavailable', 'internal']);

/** For a refusal that asks to wait but does not say how long. */
const DEFAULT_DELAY_S = 2;

export class Joining {
  /**
   * `outside`: not a member, and joining would make one, so only the person may; `apart`: a member, not connected;
   * `out`: no longer a member (see `removal`); `refused`: not let in (see `refusal`).
   * @type {'outside' | 'apart' | 'joining' | 'joined' | 'out' | 'refused'}
   */
  state;
  /** @type {Refusal | null} */
  refusal = null;
  /** @type {Removal | null} */
  removal = null;

  #room;
  #around;
  #replay;
  #cancelRetry = () => {};

  /**
   * @param {import('./room.js').Room} room
   * @param {Pick<import('./room.js').Surroundings, 'connection' | 'clock'>} around
   * @param {(event: import('./contract.js').RoomEvent) => void} replay Takes an event that was missed.
   */
  constructor(room, around, replay) {
    this.#room = room;
    this.#around = around;
    this.#replay = replay;
    this.state = room.info.you?.role ? 'apart' : 'outside';
  }

  /** Joins, or after a loss resumes from where the log stands. */
  join() {
    const { slug, log } = this.#room;
    this.#cancelRetry();
    this.state = 'joining';
    this.#room.changed();
    const resume = log.epoch === null ? {} : { since: log.seq, epoch: log.epoch };
    this.#around.connection.command({ type: 'join', room: slug, ...resume }, (reply) => {
      if (reply.type === 'ok') this.#joined(/** @type {any} */ (reply));
      else if (reply.type === 'error') this.#refused(reply);
      else this.lost();
    });
  }

  /** The connection is to hear other rooms; this one keeps what it has. */
  silence() {
    this.#around.connection.command({ type: 'leave', room: this.#room.slug });
    this.lost();
  }

  /** The connection went. */
  lost() {
    this.#cancelRetry();
    this.#room.rest();
    this.#room.lagging = false;
    if (this.state === 'joining' || this.state === 'joined') this.state = 'apart';
    this.#room.changed();
  }

  /**
   * Coming back is for the person to decide: a page that rejoined by itself would undo a kick.
   * @param {Removal} removal
   */
  end(removal) {
    this.#cancelRetry();
    this.#room.rest();
    this.state = 'out';
    this.removal = removal;
    this.#room.standing.removed(removal, this.#room.log.seq);
    this.#room.changed();
  }

  /** @param {JoinAnswer} answer */
  #joined(answer) {
    const room = this.#room;
    this.state = 'joined';
    this.refusal = null;
    this.removal = null;
    room.presence.reset(answer.online);
    if (answer.reset) room.reset(answer);
    else for (const event of answer.events ?? []) this.#replay(event);
    room.resume(answer);
    room.changed();
  }

  /** @param {Refusal} refusal */
  #refused(refusal) {
    this.refusal = refusal;
    if (PASSING.has(refusal.code)) {
      this.state = 'apart';
      const delay = (refusal.retry_after ?? DEFAULT_DELAY_S) * 1000;
      this.#cancelRetry = this.#around.clock.after(delay, () => this.join());
    } else {
      this.state = 'refused';
    }
    this.#room.changed();
  }
}
