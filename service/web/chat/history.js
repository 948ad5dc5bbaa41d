/**
 * Fills a log's window with pages from the server, in the direction in which somebody scrolls. One page at a time:
 * two answers for the same place would both be put there.
 */

export class History {
  #slug;
  #log;
  #api;
  #changed;
  /** @type {Promise<void> | null} */
  #loading = null;

  /**
   * @param {object} parts
   * @param {string} parts.slug
   * @param {import('./room_log.js').RoomLog} parts.log
   * @param {Pick<import('./api.js').Api, 'messages'>} parts.api
   * @param {() => void} parts.changed
   */
  constructor({ slug, log, api, changed }) {
    this.#slug = slug;
    this.#log = log;
    this.#api = api;
    this.#changed = changed;
  }

  get loading() {
    return this.#loading !== null;
  }

  /**
   * Moves the window: to what is older, newer, or the latest of all. Failing is the caller's to show.
   * @param {'older' | 'newer' | 'latest'} where
   */
  async show(where) {
    if (this.#log.epoch === null) return;
    try {
      const page = this.#pages[where]();
      this.#changed();
      await page;
    } finally {
      this.#changed();
    }
  }

  #pages = {
    older: () => this.#older(),
    newer: () => this.#newer(),
    latest: () => this.#latest(),
  };

  /** Older messages, unless they are all here. */
  #older() {
    if (this.#log.atStart) return Promise.resolve();
    return this.#once(async () => {
      const before = this.#log.messages[0]?.seq ?? this.#log.seq + 1;
      const page = await this.#api.messages(this.#slug, { before });
      this.#log.addOlder(page.items, page.next);
    });
  }

  /** Newer ones, where the window does not reach the end. */
  #newer() {
    if (this.#log.atEnd) return Promise.resolve();
    return this.#once(async () => {
      const after = this.#log.messages.at(-1)?.seq ?? 0;
      const page = await this.#api.messages(this.#slug, { after });
      this.#log.addNewer(page.items, page.next);
    });
  }

  /** The end of the room, from wherever the window is. */
  #latest() {
    if (this.#log.atEnd) return Promise.resolve();
    return this.#once(async () => {
      const page = await this.#api.messages(this.#slug);
      this.#log.showLatest(page.items, page.next);
    });
  }

  /** @param {() => Promise<void>} load */
  #once(load) {
    if (this.#loading) return this.#loading;
    this.#log.expectPage();
    this.#loading = load().finally(() => {
      this.#log.expectNone();
      this.#loading = null;
    });
    return this.#loading;
  }
}
