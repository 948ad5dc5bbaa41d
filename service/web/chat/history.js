/**
 * Fills a log's window with pages from the server, in the direction in which somebody scrolls, or around the place to
 * which they jump. One page at a time: two answers for the same place would both be put there.
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
    if (where === 'latest') await this.#quiet();
    await this.#move(this.#pages[where]);
  }

  /**
   * Moves the window to a place in the room's log: what was said up to a seq, and what followed it.
   * @param {number} seq
   */
  async around(seq) {
    await this.#quiet();
    await this.#move(() =>
      this.#once(async () => {
        const [before, after] = await Promise.all([this.#page({ before: seq + 1 }), this.#page({ after: seq })]);
        this.#log.showAround(before, after);
      }),
    );
  }

  #pages = {
    older: () => this.#older(),
    newer: () => this.#newer(),
    latest: () => this.#latest(),
  };

  /** A page that is on its way is for the place that is left now: whoever asked for it is told if it fails. */
  async #quiet() {
    while (this.#loading) await this.#loading.catch(() => {});
  }

  /** @param {() => Promise<void>} load */
  async #move(load) {
    try {
      const page = load();
      this.#changed();
      await page;
    } finally {
      this.#changed();
    }
  }

  /** Older messages, unless they are all here. */
  #older() {
    if (this.#log.atStart) return Promise.resolve();
    return this.#once(async () => this.#log.addOlder(await this.#page({ before: this.#log.first })));
  }

  /** Newer ones, where the window does not reach the end. */
  #newer() {
    if (this.#log.atEnd) return Promise.resolve();
    return this.#once(async () => this.#log.addNewer(await this.#page({ after: this.#log.last })));
  }

  /** The end of the room, from wherever the window is. */
  #latest() {
    if (this.#log.atEnd) return Promise.resolve();
    return this.#once(async () => this.#log.showLatest(await this.#page({})));
  }

  /** @param {{before?: number, after?: number}} from */
  #page(from) {
    return this.#log.meanwhile.during(() => this.#api.messages(this.#slug, from));
  }

  /** @param {() => Promise<void>} load */
  #once(load) {
    if (this.#loading) return this.#loading;
    this.#loading = load().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }
}
