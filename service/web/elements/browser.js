/**
 * What the browser gives to the parts that know no document: where to keep things, other tabs, locks. Each may be
 * missing or forbidden, and the page goes on without it.
 */

/** @type {import('../chat/preferences.js').Storage & {allowed: () => boolean}} */
export const storage = {
  allowed: () => allowed(() => localStorage.length) !== undefined,
  get: (key) => allowed(() => localStorage.getItem(key)) ?? null,
  set: (key, value) => {
    allowed(() => (value === null ? localStorage.removeItem(key) : localStorage.setItem(key, value)));
  },
};

/** @returns {BroadcastChannel | undefined} */
export function channel() {
  return allowed(() => new BroadcastChannel('folkmoot'));
}

/** @returns {IDBFactory | undefined} */
export function database() {
  return allowed(() => indexedDB);
}

/** Not where the page comes without TLS from another machine. @returns {any} */
export function locks() {
  return navigator.locks;
}

/**
 * Storage that is switched off throws at the first touch.
 * @template T
 * @param {() => T} use
 */
function allowed(use) {
  try {
    return use();
  } catch {
    return undefined;
  }
}
