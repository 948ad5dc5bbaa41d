/**
 * What is needed to open the chat without a server: who one is, and the rooms one is in, as they last were. Without
 * it, what somebody wrote on the train could be neither seen nor gone on with after a reload. It is gone when they are
 * signed out, in whichever way.
 *
 * @typedef {import('./contract.js').RoomInfo} RoomInfo
 * @typedef {import('./contract.js').User} User
 */

const KEY = 'folkmoot last known';

export class LastKnown {
  #storage;

  /** @param {import('./preferences.js').Storage} storage */
  constructor(storage) {
    this.#storage = storage;
  }

  /** @returns {{me: User, rooms: RoomInfo[]} | null} */
  read() {
    try {
      const { me, rooms } = JSON.parse(this.#storage.get(KEY) ?? 'null');
      return typeof me.id === 'string' && Array.isArray(rooms) ? { me, rooms } : null;
    } catch {
      return null; // nothing, or nothing of ours
    }
  }

  /**
   * @param {User} me
   * @param {RoomInfo[]} directory Those that one is in are kept.
   */
  keep(me, directory) {
    this.#storage.set(KEY, JSON.stringify({ me, rooms: directory.filter(({ you }) => you?.role) }));
  }

  forget() {
    this.#storage.set(KEY, null);
  }
}
