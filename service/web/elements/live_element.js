/**
 * An element that draws itself again when something that it shows says `change`. Many changes in one turn make one
 * drawing. What it watches is let go when it leaves the page.
 *
 *     class Clock extends LiveElement {
 *       set time(time) { this.watch(time); }
 *       draw() { … }
 *     }
 */

export class LiveElement extends HTMLElement {
  /** @type {EventTarget[]} */
  #sources = [];
  #due = false;
  /** @type {Map<string, {signature: string, node: Node}>} */
  #kept = new Map();
  #changed = () => this.drawSoon();

  connectedCallback() {
    for (const source of this.#sources) source.addEventListener('change', this.#changed);
    this.drawSoon();
  }

  disconnectedCallback() {
    for (const source of this.#sources) source.removeEventListener('change', this.#changed);
  }

  /** @param {...EventTarget} sources Instead of those watched before. */
  watch(...sources) {
    for (const source of this.#sources) source.removeEventListener('change', this.#changed);
    this.#sources = sources;
    if (this.isConnected) for (const source of sources) source.addEventListener('change', this.#changed);
    this.drawSoon();
  }

  /** A microtask and not an animation frame: a page in the background gets none, and its title should still be right. */
  drawSoon() {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      if (this.isConnected) this.draw();
    });
  }

  draw() {}

  /**
   * A node that is made anew only when what it depends on has changed, so that a click that began on it ends on it.
   * @template {Node} N
   * @param {string} place
   * @param {string} signature
   * @param {() => N} make
   * @returns {N}
   */
  kept(place, signature, make) {
    const old = this.#kept.get(place);
    if (old?.signature === signature) return /** @type {N} */ (old.node);
    const node = make();
    this.#kept.set(place, { signature, node });
    return node;
  }
}
