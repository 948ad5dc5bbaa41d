/**
 * For what is asked without anybody waiting for it: where the network or the session is not there, it is not there,
 * and somebody else says so. Everything else is a mistake of this page, and is not kept quiet.
 */

import { Problem } from './problem.js';
import { SessionEnded } from './session.js';

/**
 * @template T
 * @param {Promise<T>} promise
 * @returns {Promise<T | undefined>}
 */
export async function quietly(promise) {
  try {
    return await promise;
  } catch (error) {
    if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
    return undefined;
  }
}
