/**
 * An element that draws itself again when something that it shows says `change`. However many changes there are, it
 * draws once for each frame that the browser shows. What it watches is let go when it leaves the page.
 *
 *     class Clock extends LiveElement {
 *       set time(time) { this.watch(time); }
 *       draw() { … }
 *     }
 */

/** The time of the frame that is being drawn; 0 where none is. */
let drawing = 0;

export class LiveElement extends HTMLElement {
  /** @type {EventTarget[]} */
  #sources = [];
  /** @type {number | 'turn' | null} the frame that it will draw for, or the end of this turn */
  #due = null;
  /** The frame in which it drew last. */
  #drawn = 0;
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

  /**
   * For the next frame, or still for the one that is being drawn if what asks for it is drawn in that: a page is not
   * put together frame by frame. A page in the background gets no frames, and its title should still be right: it
   * draws when the turn is over.
   */
  drawSoon() {
    const frame = drawing;
    const atOnce = document.hidden || (frame !== 0 && frame !== this.#drawn);
    if (this.#due === 'turn' || (this.#due !== null && !atOnce)) return;
    if (this.#due !== null) cancelAnimationFrame(this.#due);
    if (atOnce) {
      this.#due = 'turn';
      queueMicrotask(() => this.#drawNow(frame));
    } else {
      this.#due = requestAnimationFrame((time) => this.#drawNow(time));
    }
  }

  /** @param {number} frame */
  #drawNow(frame) {
    this.#due = null;
    this.#drawn = frame;
    if (!this.isConnected) return;
    drawing = frame;
    try {
      this.draw();
    } finally {
      drawing = 0;
    }
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
