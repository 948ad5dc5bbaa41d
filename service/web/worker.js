/**
 * The service worker: keeps one edition of the page, whole, so that it opens without a network and never mixes modules
 * of two. It never touches what is not a file of the page: no API, no token, no message goes through it.
 *
 * The server writes `SHELL` above this: the edition's version, and each of its files with its tag.
 */

/** @type {any} */
const worker = self;
/** @type {{version: string, pages: string[], files: Record<string, string>}} */
const { version, pages, files } = worker.SHELL;

const FAMILY = 'folkmoot ';
const EDITION = FAMILY + version;

worker.addEventListener('install', (/** @type {any} */ event) => event.waitUntil(take()));
worker.addEventListener('activate', (/** @type {any} */ event) => event.waitUntil(succeed()));
worker.addEventListener('fetch', (/** @type {any} */ event) => answer(event));
worker.addEventListener('message', (/** @type {MessageEvent} */ { data }) => {
  if (data === 'take over') worker.skipWaiting();
});
worker.addEventListener('notificationclick', (/** @type {any} */ event) => {
  event.notification.close();
  event.waitUntil(open(String(event.notification.data?.address ?? '')));
});

/** All of the edition or nothing of it: a server that changes over while it is asked gives files of two. */
async function take() {
  try {
    const cache = await caches.open(EDITION);
    await Promise.all(Object.entries(files).map(([path, tag]) => keep(cache, path, tag)));
  } catch (error) {
    await caches.delete(EDITION);
    throw error;
  }
}

/**
 * @param {Cache} cache
 * @param {string} path
 * @param {string} tag
 */
async function keep(cache, path, tag) {
  const response = await fetch(path, { cache: 'no-cache' });
  const sent = response.headers.get('ETag');
  if (!response.ok || (sent !== null && sent !== tag)) throw new Error(`${path} is not of this edition`);
  await cache.put(path, response);
}

/** The one before is over. */
async function succeed() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(FAMILY) && name !== EDITION).map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** @param {any} event */
function answer(event) {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== worker.location.origin) return;
  const path = request.mode === 'navigate' && pages.includes(pathname) ? pages[0] : pathname;
  if (Object.hasOwn(files, path)) event.respondWith(kept(path, request));
}

/**
 * @param {string} path
 * @param {Request} request
 */
async function kept(path, request) {
  const cache = await caches.open(EDITION);
  return (await cache.match(path)) ?? fetch(request);
}

/** The tab that is there already, or else a new one. @param {string} address */
async function open(address) {
  const [tab] = await worker.clients.matchAll({ type: 'window' });
  if (!tab) return worker.clients.openWindow(`/${address}`);
  await tab.focus();
  tab.postMessage({ address });
}
