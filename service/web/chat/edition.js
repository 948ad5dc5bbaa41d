/**
 * Which edition of the page this is, and whether a newer one waits: the service worker has taken it in whole, or the
 * server says that it is another one by now. Nothing is reloaded under anybody's hands. Emits `change`.
 */

export class Edition extends EventTarget {
  /** Whether a reload brings a newer page. */
  waits = false;
  /** The server's version, as it was when it last said so. */
  version = '';

  #page;
  /** @type {(() => void) | null} */
  #takeOver = null;

  /**
   * @param {object} page
   * @param {() => void} page.reload
   * @param {() => boolean} page.kept Whether a service worker serves it: then a reload alone brings the same one again.
   */
  constructor(page) {
    super();
    this.#page = page;
  }

  /** Said by the server at each connection. @param {string} version */
  served(version) {
    const another = this.version !== '' && version !== this.version;
    this.version = version;
    if (another && !this.#page.kept()) this.#announce();
  }

  /**
   * The next edition is here whole, and waits to be let in.
   * @param {() => void} takeOver Lets it in; the page is reloaded when it is.
   */
  arrived(takeOver) {
    this.#takeOver = takeOver;
    this.#announce();
  }

  /** The person wants the new one. */
  change() {
    if (this.#takeOver) this.#takeOver();
    else this.#page.reload();
  }

  /** Not now. It is said again when something newer still comes, or the page is opened the next time. */
  dismiss() {
    this.waits = false;
    this.dispatchEvent(new Event('change'));
  }

  #announce() {
    this.waits = true;
    this.dispatchEvent(new Event('change'));
  }
}
