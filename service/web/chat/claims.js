/**
 * Which of several tabs answers for an entry of the outbox: the one that wrote it, for as long as it lives. What a tab
 * left behind is taken over by one that is there. A tab shows that it lives by holding a lock of its own (Web Locks),
 * which the browser lets go of when the tab ends, however that comes about.
 *
 * @typedef {object} Locks What this needs of the browser’s Web Locks.
 * @property {(name: string, act: () => Promise<void>) => Promise<void>} request Runs while nobody else holds that name.
 * @property {() => Promise<{held?: {name?: string}[]}>} query
 */

const PREFIX = 'folkmoot tab ';

export class Claims {
  #locks;

  /**
   * @param {Locks | undefined} locks None where the page is not served safely: then every entry may be taken over, and
   *   the nonce alone keeps it from being said twice.
   * @param {string} tab A name of this tab that no other has.
   */
  constructor(locks, tab) {
    this.#locks = locks;
    this.tab = tab;
    // It ends with the tab and not before.
    locks?.request(PREFIX + tab, () => new Promise(() => {}));
  }

  /**
   * Runs while no other tab of this account takes anything over.
   * @param {string} account
   * @param {() => Promise<void>} act
   */
  async alone(account, act) {
    if (this.#locks) await this.#locks.request(`folkmoot outbox ${account}`, act);
    else await act();
  }

  /** @returns {Promise<Set<string>>} the other tabs that are there */
  async others() {
    const { held = [] } = (await this.#locks?.query()) ?? {};
    const names = held.map(({ name = '' }) => name).filter((name) => name.startsWith(PREFIX));
    return new Set(names.map((name) => name.slice(PREFIX.length)).filter((tab) => tab !== this.tab));
  }
}
