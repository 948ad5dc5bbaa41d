/**
 * An element that draws itself again when something that it shows says `change`. However many changes there are, it
 * draws once for each frame that the browser shows. What it watches is let go when it leaves the page.
 *
 *     class Clock extends LiveElement {
 *       set time(time) { this.watch(time); }
 *       draw() { … }
 *     }
 */

export class LiveElement extends HTMLElement {
  /** @type {EventTarget[]} */
  #sources = [];
  /** @type {number | 'turn' | null} the frame that it will draw for, or the end of this turn */
  #due = null;
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

  /** A page in the background gets no frames, and its title should still be right: it draws when the turn is over. */
  drawSoon() {
    if (this.#due === 'turn' || (this.#due !== null && !document.hidden)) return;
    if (this.#due !== null) cancelAnimationFrame(this.#due);
    if (document.hidden) {
      this.#due = 'turn';
      queueMicrotask(() => this.#drawNow());
    } else {
      this.#due = requestAnimationFrame(() => this.#drawNow());
    }
  }

  #drawNow() {
    this.#due = null;
    if (this.isConnected) this.draw();
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
