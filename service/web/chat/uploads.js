/**
 * The files that somebody brings before they stand in a message: a few at a time go to the server, each says how far it
 * is, can be called off, and tried again. A file is on the server when it has a `file`; then a message can carry it.
 *
 *     waiting → sending → done
 *                  └──→ failed → waiting      what was refused is said in the server's words
 *
 * @typedef {import('./contract.js').FileInfo} FileInfo
 *
 * @typedef {object} Upload
 * @property {number} key
 * @property {Blob} blob
 * @property {string} name
 * @property {number} size
 * @property {'waiting' | 'sending' | 'done' | 'failed'} state
 * @property {number} progress From 0 to 1.
 * @property {FileInfo} [file] What the server made of it.
 * @property {{message: string}} [refusal]
 * @property {boolean} final Whether trying again is of no use.
 *
 * @typedef {object} Carrier
 * @property {(slug: string, blob: Blob, options: {name: string, signal: AbortSignal, progress: (part: number) => void}) => Promise<FileInfo>} upload
 */

import { Problem } from './problem.js';
import { SessionEnded } from './session.js';

/** More at once share one line, and none is there any sooner. */
export const AT_ONCE = 3;

/** The contract's limit, until `hello` tells the server's own. */
const DEFAULT_PER_MESSAGE = 10;

/** Refusals that another try could cure: all others are about the file. */
const PASSING = new Set(['unreachable', 'unavailable', 'rate_limited', 'internal', 'bad_frame']);

/** Emits `change` after anything that one could see. */
export class Uploads extends EventTarget {
  /** @type {Upload[]} in the order in which they were brought */
  items = [];
  /** Why some were not even begun; shown once. @type {'many' | null} */
  overflow = null;

  #slug;
  #api;
  #limits;
  #tooLarge;
  #keys = 0;
  /** @type {Map<number, AbortController>} */
  #running = new Map();

  /**
   * @param {object} parts
   * @param {string} parts.slug
   * @param {Carrier} parts.api
   * @param {() => {file?: number, files?: number} | undefined} parts.limits What the server holds files to.
   * @param {(limit: number) => string} parts.tooLarge How to say that a file is over it.
   */
  constructor({ slug, api, limits, tooLarge }) {
    super();
    this.#slug = slug;
    this.#api = api;
    this.#limits = limits;
    this.#tooLarge = tooLarge;
  }

  /** How many files one message may carry. */
  get most() {
    return this.#limits()?.files ?? DEFAULT_PER_MESSAGE;
  }

  /** Whether something is still on its way. */
  get busy() {
    return this.items.some(({ state }) => state === 'waiting' || state === 'sending');
  }

  get failed() {
    return this.items.some(({ state }) => state === 'failed');
  }

  /** @returns {FileInfo[]} what a message can carry now */
  get files() {
    return this.items.flatMap(({ file }) => (file ? [file] : []));
  }

  /** @param {Iterable<Blob & {name?: string}>} blobs */
  add(blobs) {
    const room = this.most - this.items.length;
    const brought = [...blobs];
    this.overflow = brought.length > room ? 'many' : null;
    for (const blob of brought.slice(0, Math.max(0, room))) this.items.push(this.#item(blob));
    this.#next();
    this.#changed();
  }

  /** @param {number} key Called off, or taken out of what the message will carry. */
  remove(key) {
    this.#running.get(key)?.abort();
    this.#running.delete(key);
    this.items = this.items.filter((item) => item.key !== key);
    this.overflow = null;
    this.#next();
    this.#changed();
  }

  /** @param {number} key */
  retry(key) {
    const item = this.items.find((one) => one.key === key);
    if (item?.state !== 'failed' || item.final) return;
    Object.assign(item, { state: 'waiting', refusal: undefined, progress: 0 });
    this.#next();
    this.#changed();
  }

  /** The message has taken them: what is left begins anew. */
  taken() {
    const files = this.items.flatMap(({ file }) => (file ? [file] : []));
    this.items = this.items.filter(({ file }) => !file);
    return files;
  }

  /** Nobody wants them any more. */
  clear() {
    for (const running of this.#running.values()) running.abort();
    this.#running.clear();
    this.items = [];
    this.overflow = null;
    this.#changed();
  }

  /**
   * @param {Blob & {name?: string}} blob
   * @returns {Upload}
   */
  #item(blob) {
    const limit = this.#limits()?.file ?? Infinity;
    const name = blob.name || nameless(blob.type);
    const item = { key: (this.#keys += 1), blob, name, size: blob.size, progress: 0 };
    // What would be refused after a minute on the line is refused now.
    if (blob.size <= limit) return { ...item, state: 'waiting', final: false };
    return { ...item, state: 'failed', refusal: { message: this.#tooLarge(limit) }, final: true };
  }

  #next() {
    for (const item of this.items) {
      if (this.#running.size >= AT_ONCE) return;
      if (item.state === 'waiting') this.#send(item);
    }
  }

  /** @param {Upload} item */
  async #send(item) {
    const control = new AbortController();
    this.#running.set(item.key, control);
    item.state = 'sending';
    const progress = (/** @type {number} */ part) => {
      item.progress = part;
      this.#changed();
    };
    try {
      const file = await this.#api.upload(this.#slug, item.blob, { name: item.name, signal: control.signal, progress });
      if (!control.signal.aborted) Object.assign(item, { state: 'done', file, progress: 1 });
    } catch (error) {
      if (control.signal.aborted) return;
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      const final = error instanceof Problem && !PASSING.has(error.code);
      Object.assign(item, { state: 'failed', refusal: error, final });
    } finally {
      if (this.#running.get(item.key) === control) this.#running.delete(item.key);
      this.#next();
      this.#changed();
    }
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}

/** What comes from the clipboard often has no name. @param {string} type */
function nameless(type) {
  const [kind, ending] = type.split('/');
  return kind === 'image' && /^[a-z]{2,5}$/u.test(ending ?? '') ? `image.${ending === 'jpeg' ? 'jpg' : ending}` : 'file';
}
