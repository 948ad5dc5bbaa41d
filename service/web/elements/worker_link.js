/**
 * This page and its service worker: it is registered when there is nothing more urgent, and tells when it has a newer
 * edition of the page. The one place that makes a script's address out of text, by the one policy that the page's CSP
 * lets in.
 */

const ADDRESS = '/sw.js';

/** After the first page: what it takes in for the day without a network must not be in the way of today's. */
const REGISTER_AFTER_MS = 3_000;

/** @typedef {{createScriptURL: (address: string) => any}} Policy Of Trusted Types, which not all browsers have. */

/** @type {Policy | undefined} */
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy('folkmoot', {
  createScriptURL: (/** @type {string} */ address) => {
    if (address !== ADDRESS) throw new TypeError('The service worker is the only script that this page names by itself.');
    return address;
  },
});

/** @param {import('../chat/edition.js').Edition} edition */
export function linkWorker(edition) {
  const workers = navigator.serviceWorker;
  if (!workers) return;
  let controlled = workers.controller !== null;
  workers.addEventListener('controllerchange', () => {
    // The first one takes over what it has not served: it is the same edition. A later one never is.
    if (controlled) location.reload();
    controlled = true;
  });
  setTimeout(() => register(workers, edition), REGISTER_AFTER_MS);
}

/** The server came back: maybe with another edition. */
export async function lookForEdition() {
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
  await registration?.update().catch(() => {}); // no network: the next connection asks again
}

/**
 * @param {ServiceWorkerContainer} workers
 * @param {import('../chat/edition.js').Edition} edition
 */
async function register(workers, edition) {
  let registration;
  try {
    registration = await workers.register(policy ? policy.createScriptURL(ADDRESS) : ADDRESS, { scope: '/' });
  } catch {
    return; // forbidden in this window, or the server is away: the page does without
  }
  const { waiting } = registration;
  if (waiting && workers.controller) edition.arrived(() => waiting.postMessage('take over'));
  registration.addEventListener('updatefound', () => watch(registration.installing, workers, edition));
}

/**
 * @param {ServiceWorker | null} worker
 * @param {ServiceWorkerContainer} workers
 * @param {import('../chat/edition.js').Edition} edition
 */
function watch(worker, workers, edition) {
  worker?.addEventListener('statechange', () => {
    if (worker.state === 'installed' && workers.controller) edition.arrived(() => worker.postMessage('take over'));
  });
}
