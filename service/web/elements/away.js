/**
 * The face of a page whose server is away: it says so, tries again by itself, later each time, and at once when the
 * network comes back or the person does not want to wait.
 *
 *     const away = new Away();
 *     if (await away.until(() => session.restore(), (face) => page.replaceChildren(face))) …
 */

import { delayBefore } from '../chat/backoff.js';
import { Problem } from '../chat/problem.js';
import { SessionEnded } from '../chat/session.js';
import { say, words } from '../words/words.js';
import { h } from './dom.js';

export class Away {
  #stop = () => {};
  #again = () => {};
  #shown = '';

  /**
   * Takes a step as often as it needs. Answers whether it was taken: not where the session is over, or `stop` came.
   * @param {() => Promise<void>} step
   * @param {(face: HTMLElement) => void} show
   */
  async until(step, show) {
    this.stop();
    this.#shown = '';
    for (let attempt = 0; ; attempt += 1) {
      try {
        await step();
        return true;
      } catch (error) {
        if (error instanceof SessionEnded) return false; // the session's own change shows the door
        if (!(error instanceof Problem)) throw error;
        if (!(await this.#wait(error, attempt, show))) return false;
      }
    }
  }

  /** Nobody waits for it any more. */
  stop() {
    this.#stop();
  }

  /**
   * @param {Problem} problem
   * @param {number} attempt
   * @param {(face: HTMLElement) => void} show
   * @returns {Promise<boolean>}
   */
  #wait(problem, attempt, show) {
    return new Promise((resolve) => {
      const over = new AbortController();
      const end = (/** @type {boolean} */ goOn) => {
        over.abort();
        clearTimeout(timer);
        resolve(goOn);
      };
      const again = () => end(true);
      const timer = setTimeout(again, delayBefore(attempt, Math.random()));
      this.#again = again;
      const draw = () => this.#draw(problem, show);
      addEventListener('online', again, { signal: over.signal });
      addEventListener('offline', draw, { signal: over.signal });
      words.addEventListener('change', draw, { signal: over.signal });
      this.#stop = () => end(false);
      draw();
    });
  }

  /**
   * Only what has changed: it is read aloud, and somebody may be about to press the button.
   * @param {Problem} problem
   * @param {(face: HTMLElement) => void} show
   */
  #draw(problem, show) {
    const offline = !navigator.onLine;
    const title = offline ? say('connection.away.offline') : say('connection.away.title');
    const text = offline || problem.status === 0 ? say('connection.away.text') : problem.message;
    if (this.#shown === title + text) return;
    this.#shown = title + text;
    const button = h('button', { class: 'primary', onclick: () => this.#again() }, say('page.again'));
    const said = h('div', { role: 'alert' }, h('h1', {}, title), h('p', {}, text));
    show(h('main', { class: 'splash' }, h('img', { src: '/web/icon.svg', alt: '' }), said, button));
  }
}
