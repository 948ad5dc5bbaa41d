/**
 * The tabs of this browser that show the same server: they hear from each other who signs in and out, one of them
 * leads, and each knows what is being looked at in any. A tab shows what it does by holding locks (Web Locks), which the
 * browser lets go of when the tab ends, however that comes about.
 *
 * Emits `told` (detail: the news) when another tab tells something.
 *
 * @typedef {{type: 'signed-in', subject: string} | {type: 'signed-out'}} News
 *
 * @typedef {object} Locks What this needs of the browser’s Web Locks.
 * @property {(name: string, options: {mode?: 'shared' | 'exclusive', signal?: AbortSignal}, act: () => Promise<void>) => Promise<void>} request
 * @property {() => Promise<{held?: {name?: string}[]}>} query
 *
 * @typedef {Pick<BroadcastChannel, 'postMessage'> & {onmessage: any}} Channel
 */

const LEADER = 'folkmoot leads';
const LOOKING = 'folkmoot looks at ';

export class Tabs extends EventTarget {
  /** Whether this is the tab that speaks for all: without locks, each is. */
  leads;

  #channel;
  #locks;
  #at = '';
  #lookAway = () => {};

  /**
   * @param {object} parts
   * @param {Channel | undefined} parts.channel
   * @param {Locks | undefined} parts.locks None where the page is not served safely.
   */
  constructor({ channel, locks }) {
    super();
    this.#channel = channel;
    this.#locks = locks;
    this.leads = locks === undefined;
    if (channel) channel.onmessage = (/** @type {MessageEvent} */ { data }) => this.dispatchEvent(new CustomEvent('told', { detail: data }));
    // The next one in the queue leads when this tab ends.
    locks?.request(LEADER, {}, () => {
      this.leads = true;
      return new Promise(() => {});
    });
  }

  /** @param {News} news To all other tabs. */
  tell(news) {
    this.#channel?.postMessage(news);
  }

  /**
   * What this tab shows on the screen right now.
   * @param {string} slug Or nothing.
   */
  look(slug) {
    if (this.#at === slug) return;
    this.#at = slug;
    this.#lookAway();
    this.#lookAway = () => {};
    if (slug === '') return;
    /** @type {Promise<void>} */
    const away = new Promise((end) => {
      this.#lookAway = end;
    });
    this.#locks?.request(LOOKING + slug, { mode: 'shared' }, () => away);
  }

  /**
   * Whether any tab shows a room right now.
   * @param {string} slug
   */
  async looksAt(slug) {
    if (this.#at === slug) return true;
    const { held = [] } = (await this.#locks?.query()) ?? {};
    return held.some(({ name }) => name === LOOKING + slug);
  }
}
