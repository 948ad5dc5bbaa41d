/**
 * Takes a file to the server and says how far it is, which `fetch` does not tell. It answers with a Response, as `fetch`
 * does, and fails as it does: with an error of its own where there is no network, and where it is called off.
 *
 * @typedef {(path: string, request: {headers: Record<string, string>, body: Blob, signal: AbortSignal,
 *   progress: (part: number) => void}) => Promise<Response>} Carry
 */

import { Problem } from './problem.js';

/** Statuses that have no body: a Response refuses to be made with one. */
const BODILESS = new Set([204, 205, 304]);

/** @type {Carry} */
export function carry(path, { headers, body, signal, progress }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener('progress', ({ loaded, total }) => progress(total > 0 ? loaded / total : 0));
    request.addEventListener('load', () => resolve(responseOf(request)));
    request.addEventListener('error', () => reject(Problem.unreachable()));
    request.addEventListener('abort', () => reject(signal.reason));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(body);
  });
}

/** @param {XMLHttpRequest} request */
function responseOf({ status, responseText }) {
  return new Response(BODILESS.has(status) ? null : responseText, { status });
}
