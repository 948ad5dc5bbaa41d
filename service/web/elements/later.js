/**
 * What only some people use, or only now and then: its elements are loaded when the first of them is asked for.
 *
 *     await bring('moot-invite');
 *     document.createElement('moot-invite')
 *
 * Each module here has a `register()` that brings its words and defines its elements.
 */

/** @type {Record<string, () => Promise<{register: () => Promise<void>}>>} by the element's tag */
const MODULES = {
  'moot-invite': () => import('./admin/invite.js'),
};

/** @type {Map<() => Promise<{register: () => Promise<void>}>, Promise<void>>} */
const coming = new Map();

/**
 * Defines an element, if that was not done yet. Without a network it throws what `import()` throws, and the next one
 * who asks tries again.
 * @param {string} tag
 */
export async function bring(tag) {
  const load = MODULES[tag];
  if (load === undefined || customElements.get(tag)) return;
  const arriving = coming.get(load) ?? load().then((module) => module.register());
  coming.set(load, arriving);
  await arriving.finally(() => coming.delete(load));
}
