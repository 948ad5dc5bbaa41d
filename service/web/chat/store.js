/**
 * Where this browser keeps what must survive a reload, as a port: shelves of records with keys. One store is one
 * account's. The real one is IndexedDB; this one forgets with the page, for tests and for browsers that allow none.
 *
 * @typedef {{key: string, [field: string]: any}} StoredRecord
 *
 * @typedef {object} Store
 * @property {(shelf: Shelf) => Promise<StoredRecord[]>} all
 * @property {(shelf: Shelf, record: StoredRecord) => Promise<void>} put
 * @property {(shelf: Shelf, key: string) => Promise<void>} remove
 * @property {() => Promise<void>} clear All shelves.
 *
 * @typedef {'outbox' | 'drafts'} Shelf
 */

/** @type {Shelf[]} */
export const SHELVES = ['outbox', 'drafts'];

/** @implements {Store} */
export class MemoryStore {
  /** @type {Record<Shelf, Map<string, StoredRecord>>} */
  #shelves = { outbox: new Map(), drafts: new Map() };

  /** @param {Shelf} shelf */
  async all(shelf) {
    return structuredClone([...this.#shelves[shelf].values()]);
  }

  /** @param {Shelf} shelf @param {StoredRecord} record */
  async put(shelf, record) {
    this.#shelves[shelf].set(record.key, structuredClone(record));
  }

  /** @param {Shelf} shelf @param {string} key */
  async remove(shelf, key) {
    this.#shelves[shelf].delete(key);
  }

  async clear() {
    for (const shelf of SHELVES) this.#shelves[shelf].clear();
  }
}
