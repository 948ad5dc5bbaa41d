/**
 * One stop of the Tab key for a list whose entries bring tools of their own: a page of messages must not be a hundred
 * stops. The stop is the last entry; from it the arrow keys go to the others.
 *
 *     const roving = new Roving(list, 'tools');
 *     roving.settle(); // after each change of the list
 */

export class Roving {
  #name;
  #groups;
  /** @type {Element | null} */
  #stop = null;

  /**
   * @param {HTMLElement} list
   * @param {string} name The class of the element that holds an entry's buttons.
   */
  constructor(list, name) {
    this.#name = name;
    this.#groups = list.getElementsByClassName(name);
    list.addEventListener('keydown', (event) => this.#key(event));
    list.addEventListener('focusin', (event) => this.#moveTo(this.#groupOf(event.target)));
  }

  /** Whoever is among the tools stays there; otherwise Tab leads to the last entry. */
  settle() {
    if (this.#stop?.isConnected && this.#stop.contains(document.activeElement)) return;
    this.#moveTo(this.#groups[this.#groups.length - 1] ?? null);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const group = this.#groupOf(event.target);
    if (step === undefined || group === null || event.altKey || event.ctrlKey || event.metaKey) return;
    const next = this.#groups[[...this.#groups].indexOf(group) + step];
    event.preventDefault();
    /** @type {HTMLElement | null | undefined} */ (next?.querySelector('button'))?.focus();
  }

  /** @param {EventTarget | null} target */
  #groupOf(target) {
    return /** @type {Element} */ (target).closest(`.${this.#name}`);
  }

  /** @param {Element | null} group */
  #moveTo(group) {
    if (group === null || group === this.#stop) return;
    for (const button of this.#stop?.querySelectorAll('button') ?? []) button.tabIndex = -1;
    for (const button of group.querySelectorAll('button')) button.tabIndex = 0;
    this.#stop = group;
  }
}
