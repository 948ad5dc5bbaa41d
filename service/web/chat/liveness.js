/**
 * Notices a connection that is dead without having been closed: a laptop that slept, a network that changed. A browser
 * answers the server's pings by itself and tells the page nothing, so the page asks with a `ping` of its own when it
 * has heard nothing for a while.
 */

/** How long the answer to a `ping` may take. */
export const ANSWER_WITHIN_MS = 10_000;

export class Liveness {
  #clock;
  #quietMs;
  #ping;
  #dead;
  #heardAt;
  #asked = false;
  /** @type {() => void} */
  #cancel = () => {};

  /**
   * @param {object} parts
   * @param {import('./clock.js').Clock} parts.clock
   * @param {number} parts.quietMs Silence after which to ask.
   * @param {() => void} parts.ping
   * @param {() => void} parts.dead
   */
  constructor({ clock, quietMs, ping, dead }) {
    this.#clock = clock;
    this.#quietMs = quietMs;
    this.#ping = ping;
    this.#dead = dead;
    this.#heardAt = clock.now();
    this.#watch();
  }

  /** Something arrived, whatever it was. */
  heard() {
    this.#heardAt = this.#clock.now();
    if (!this.#asked) return;
    this.#asked = false;
    this.#watch();
  }

  /** Asks now, without waiting for a silence: the network says that it changed. */
  probe() {
    if (!this.#asked) this.#ask();
  }

  stop() {
    this.#cancel();
  }

  #watch() {
    this.#cancel();
    const quiet = this.#clock.now() - this.#heardAt;
    this.#cancel = this.#clock.after(this.#quietMs - quiet, () => {
      if (this.#clock.now() - this.#heardAt >= this.#quietMs) this.#ask();
      else this.#watch();
    });
  }

  #ask() {
    this.#cancel();
    this.#asked = true;
    this.#cancel = this.#clock.after(ANSWER_WITHIN_MS, this.#dead);
    this.#ping();
  }
}
