/**
 * Fills a log's window with pages from the server, in the direction in which somebody scrolls. One page at a time:
 * two answers for the same place would both be put there.
 */

export class History {
  #slug;
  #log;
  #api;
  /** @type {Promise<void> | null} */
  #loading = null;

  /**
   * @param {string} slug
   * @param {import('./room_log.js').RoomLog} log
   * @param {Pick<import('./api.js').Api, 'messages'>} api
   */
  constructor(slug, log, api) {
    this.#slug = slug;
    this.#log = log;
    this.#api = api;
  }

  get loading() {
    return this.#loading !== null;
  }

  /** Older messages, unless they are all here. Failing is the caller's to show. */
  older() {
    if (this.#log.atStart) return Promise.resolve();
    return this.#once(async () => {
      const before = this.#log.messages[0]?.seq ?? this.#log.seq + 1;
      const page = await this.#api.messages(this.#slug, { before });
      this.#log.addOlder(page.items, page.next);
    });
  }

  /** Newer ones, where the window does not reach the end. */
  newer() {
    if (this.#log.atEnd) return Promise.resolve();
    return this.#once(async () => {
      const after = this.#log.messages.at(-1)?.seq ?? 0;
      const page = await this.#api.messages(this.#slug, { after });
      this.#log.addNewer(page.items, page.next);
    });
  }

  /** The end of the room, from wherever the window is. */
  latest() {
    if (this.#log.atEnd) return Promise.resolve();
    return this.#once(async () => {
      const page = await this.#api.messages(this.#slug);
      this.#log.showLatest(page.items, page.next);
    });
  }

  /** @param {() => Promise<void>} load */
  #once(load) {
    this.#loading ??= load().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }
}
