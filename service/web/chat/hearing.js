/**
 * Which rooms the connection hears: all that one is in, or as many as the server allows, those first that one was in
 * last. Of the others the list of rooms says how much is new; whoever opens one hears it, in place of the one that they
 * have not looked at for longest.
 *
 * @typedef {import('./room.js').Room} Room
 */

/** How often the list is asked for while there are rooms that are not heard. */
export const LOOK_EVERY_MS = 60_000;

export class Hearing {
  #around;
  #cancel = () => {};

  /**
   * @param {object} around
   * @param {import('./connection.js').Connection} around.connection
   * @param {import('./clock.js').Clock} around.clock
   * @param {() => Room[]} around.rooms Those that one is in, the most wanted first.
   * @param {() => void} around.look Asks for the list of rooms.
   */
  constructor(around) {
    this.#around = around;
  }

  /** Joins what one is in and does not hear. */
  begin() {
    if (!this.#open) return;
    this.#cancel();
    const [heard, rest] = this.#parted();
    const free = Math.max(0, this.#most - heard.length);
    for (const room of rest.slice(0, free)) room.join();
    if (rest.length > free) this.#cancel = this.#around.clock.after(LOOK_EVERY_MS, () => this.#look());
  }

  /**
   * Somebody wants to hear a room.
   * @param {Room} room
   */
  want(room) {
    if (!this.#open) return room.join(); // it comes with the connection
    const heard = this.#parted()[0].filter((one) => one !== room);
    for (const other of heard.slice(this.#most - 1)) other.silence();
    room.join();
  }

  stop() {
    this.#cancel();
  }

  get #open() {
    return this.#around.connection.state.name === 'open';
  }

  get #most() {
    return this.#around.connection.hello?.limits.rooms ?? Infinity;
  }

  /** @returns {[Room[], Room[]]} */
  #parted() {
    const rooms = this.#around.rooms();
    const heard = rooms.filter(({ state }) => state === 'joined' || state === 'joining');
    return [heard, rooms.filter(({ state }) => state === 'apart')];
  }

  #look() {
    if (this.#open) this.#around.look();
  }
}
