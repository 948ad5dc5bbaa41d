/**
 * A store in IndexedDB, one database for each account. A browser that forbids it, or has no room left, keeps nothing:
 * that is no reason not to chat.
 */

/** @typedef {import('./store.js').Store} Store */

import { SHELVES } from './store.js';

const VERSION = 1;

/** @implements {Store} */
export class BrowserStore {
  /** @type {Promise<IDBDatabase | null>} */
  #database;

  /**
   * @param {IDBFactory | undefined} factory
   * @param {string} account The opaque id of whose it is.
   */
  constructor(factory, account) {
    this.#database = open(factory, `folkmoot ${account}`);
  }

  /** @param {import('./store.js').Shelf} shelf */
  async all(shelf) {
    return (await this.#ask(shelf, 'readonly', (records) => records.getAll())) ?? [];
  }

  /** @param {import('./store.js').Shelf} shelf @param {import('./store.js').StoredRecord} record */
  async put(shelf, record) {
    await this.#ask(shelf, 'readwrite', (records) => records.put(record));
  }

  /** @param {import('./store.js').Shelf} shelf @param {string} key */
  async remove(shelf, key) {
    await this.#ask(shelf, 'readwrite', (records) => records.delete(key));
  }

  async clear() {
    for (const shelf of SHELVES) await this.#ask(shelf, 'readwrite', (records) => records.clear());
  }

  /**
   * @template T
   * @param {import('./store.js').Shelf} shelf
   * @param {IDBTransactionMode} mode
   * @param {(records: IDBObjectStore) => IDBRequest<T>} act
   * @returns {Promise<T | undefined>}
   */
  async #ask(shelf, mode, act) {
    const database = await this.#database;
    if (database === null) return undefined;
    return new Promise((resolve) => {
      try {
        const transaction = database.transaction(shelf, mode);
        const request = act(transaction.objectStore(shelf));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => resolve(undefined);
        // Now, and not when the request is answered: the page may be about to end, and then nobody hears the answer.
        transaction.commit();
      } catch {
        resolve(undefined); // closed under us: the person has cleared this site's data
      }
    });
  }
}

/**
 * @param {IDBFactory | undefined} factory
 * @param {string} name
 * @returns {Promise<IDBDatabase | null>}
 */
function open(factory, name) {
  return new Promise((resolve) => {
    try {
      const request = /** @type {IDBFactory} */ (factory).open(name, VERSION);
      request.onupgradeneeded = () => {
        for (const shelf of SHELVES) request.result.createObjectStore(shelf, { keyPath: 'key' });
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(null);
      request.onblocked = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
}
