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
    const holder = this.#holder();
    const at = holder === undefined ? -1 : controls(this.node(holder)).indexOf(/** @type {HTMLElement} */ (document.activeElement));
    this.#shown = new Map();
    for (const { key, signature, make } of items) {
      const old = before.get(key);
      this.#shown.set(key, old?.signature === signature ? old : { node: make(), signature });
    }
    this.#place();
    if (holder !== undefined) this.#focus(holder, at);
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
   * @param {number} at Which of its links and buttons had the focus; -1: the node itself.
   */
  #focus(key, at) {
    const node = this.node(key);
    if (!node || node.contains(document.activeElement)) return;
    const all = controls(node);
    // A node that can't have the focus itself passes it on; where nothing in it can be gone to, it keeps the place.
    const instead = node.hasAttribute('tabindex') ? node : (all[0] ?? node);
    // It stands where the other one stood: nobody has gone anywhere.
    (all[at] ?? instead).focus({ preventScroll: true });
  }

  /** The key of the node in which somebody is by keyboard. */
  #holder() {
    const { activeElement } = document;
    if (!this.#element.contains(activeElement)) return undefined;
    return [...this.#shown].find(([, { node }]) => node.contains(activeElement))?.[0];
  }

  /** Nodes that stay where they are, are not touched: what is new at the end is put there, and that is all. */
  #place() {
    const kept = new Set([...this.#shown.values()].map(({ node }) => node));
    for (const child of [...this.#element.children]) if (!kept.has(/** @type {HTMLElement} */ (child))) child.remove();
    let next = this.#element.firstElementChild;
    for (const node of kept) {
      if (node === next) next = next.nextElementSibling;
      else this.#element.insertBefore(node, next);
    }
  }
}

/**
 * What in a node can be gone to.
 * @param {HTMLElement | undefined} node
 * @returns {HTMLElement[]}
 */
function controls(node) {
  return [...(node?.querySelectorAll('a, button') ?? [])].map((control) => /** @type {HTMLElement} */ (control));
}
