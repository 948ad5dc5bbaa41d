/**
 * The children of an element as a list of things that have keys. A node stays as long as what it shows does: a click
 * that began on it ends on it, a selection holds, and a screen reader is told only of what is new.
 *
 *     const rows = new KeyedList(ul);
 *     rows.show(rooms.map((room) => ({ key: room.slug, signature: room.name, make: () => row(room) })));
 *
 * @typedef {object} Item
 * @property {string} key
 * @property {string} signature All that the node depends on.
 * @property {() => HTMLElement} make
 */

export class KeyedList {
  #element;
  /** @type {Map<string, {node: HTMLElement, signature: string}>} */
  #shown = new Map();

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
  }

  /** @param {Item[]} items */
  show(items) {
    const before = this.#shown;
    const holder = [...before].find(([, { node }]) => node.contains(document.activeElement))?.[0];
    this.#shown = new Map();
    for (const { key, signature, make } of items) {
      const old = before.get(key);
      this.#shown.set(key, old?.signature === signature ? old : { node: make(), signature });
    }
    this.#place();
    if (holder !== undefined) this.#focus(holder);
  }

  clear() {
    this.show([]);
  }

  /** @param {string} key */
  node(key) {
    return this.#shown.get(key)?.node;
  }

  /** @returns {Iterable<[string, HTMLElement]>} in order */
  *nodes() {
    for (const [key, { node }] of this.#shown) yield [key, node];
  }

  /**
   * Whoever went there by keyboard stays there, also in the node that took its place.
   * @param {string} key
   */
  #focus(key) {
    const node = this.node(key);
    if (!node || node.contains(document.activeElement)) return;
    // Where nothing in it can be gone to, the node itself keeps the place, until there is something again.
    /** @type {HTMLElement} */ (node.querySelector('a, button') ?? node).focus();
  }

  #place() {
    const nodes = [...this.#shown.values()].map(({ node }) => node);
    const kept = new Set(nodes);
    for (const child of [...this.#element.children]) if (!kept.has(/** @type {HTMLElement} */ (child))) child.remove();
    nodes.forEach((node, i) => {
      const there = this.#element.children[i];
      if (there !== node) this.#element.insertBefore(node, there ?? null);
    });
  }
}
