/**
 * The box in which a list of messages scrolls: where one is in it, and how one stays there while it changes.
 *
 * @typedef {{key: string, top: number}} Anchor
 */

/** From the end, within which one counts as reading at the end. */
const END_PX = 60;

export class Scroller {
  element;
  #entries;

  /**
   * @param {HTMLElement} element
   * @param {import('./keyed_list.js').KeyedList} entries What stands in it; messages have the class `message`.
   */
  constructor(element, entries) {
    this.element = element;
    this.#entries = entries;
  }

  get height() {
    return this.element.clientHeight;
  }

  /** How much there is above what one sees, in pixels. */
  get above() {
    return this.element.scrollTop;
  }

  /** How much there is below it. */
  get below() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    return scrollHeight - scrollTop - clientHeight;
  }

  get atEnd() {
    return this.below < END_PX;
  }

  toEnd() {
    this.element.scrollTop = this.element.scrollHeight;
  }

  /**
   * The first message that can be seen, and where: what comes in above it must not move it. By its key, as its node may
   * be made anew; no line of a day, which belongs above whatever comes in; and not the first of all, if there is
   * another, as it stands under its author's name only until somebody else's message stands above it.
   * @returns {Anchor | null}
   */
  anchor() {
    const edge = this.element.getBoundingClientRect().top;
    /** @type {Anchor | null} */
    let first = null;
    for (const [key, node] of this.#entries.nodes()) {
      if (!node.classList.contains('message')) continue;
      const { top, bottom } = node.getBoundingClientRect();
      if (first !== null && bottom > edge) return { key, top };
      first ??= { key, top };
    }
    return first;
  }

  /** @param {Anchor} anchor */
  restore({ key, top }) {
    const moved = (this.#entries.node(key)?.getBoundingClientRect().top ?? top) - top;
    if (moved !== 0) this.element.scrollTop += moved;
  }

  /**
   * Brings something into view.
   * @param {Element} node
   * @param {number} part How far down it should stand, from 0 to 1.
   */
  show(node, part) {
    const { top } = this.element.getBoundingClientRect();
    this.element.scrollTop += node.getBoundingClientRect().top - top - this.element.clientHeight * part;
  }

  /** The last message that can be seen to its end. */
  lastSeen() {
    const edge = this.element.getBoundingClientRect().bottom;
    /** @type {HTMLElement | null} */
    let last = null;
    for (const [, node] of this.#entries.nodes()) {
      if (!node.classList.contains('message')) continue;
      if (last !== null && node.getBoundingClientRect().bottom > edge + 1) break;
      last = node;
    }
    return last;
  }
}
