/**
 * What only some people use, or only now and then: its elements are loaded when the first of them is asked for.
 *
 *     await bring('moot-invite');
 *     document.createElement('moot-invite')
 *
 * Each module here has a `register()` that brings its words and defines its elements.
 *
 * @typedef {() => Promise<{register: () => Promise<void>}>} Load
 */

/** @type {[string[], Load][]} the elements' tags, and the module that defines them */
const PARTS = [
  [['moot-account'], () => import('./settings/account.js')],
  [['moot-shortcuts'], () => import('./settings/shortcuts.js')],
  [['moot-switcher'], () => import('./settings/switcher.js')],
  [['moot-directory'], () => import('./directory.js')],
  [['moot-edits'], () => import('./edits.js')],
  [['moot-mentions'], () => import('./mentions_pane.js')],
  [['moot-add-person'], () => import('./add_person.js')],
  [['moot-new-direct'], () => import('./new_direct.js')],
  [['moot-pins'], () => import('./pins_pane.js')],
  [['moot-readers'], () => import('./readers.js')],
  [['moot-search'], () => import('./search_pane.js')],
  [['moot-thread'], () => import('./thread_pane.js')],
  [['moot-threads'], () => import('./threads_pane.js')],
  [['moot-viewer'], () => import('./viewer.js')],
  [['moot-invite'], () => import('./admin/invite.js')],
  [['moot-users', 'moot-user', 'moot-invites', 'moot-all-filters', 'moot-erasures'], () => import('./admin/register.js')],
  [
    [
      'moot-desk', 'moot-duties', 'moot-toasts', 'moot-act', 'moot-reports', 'moot-actions', 'moot-sanctions', 'moot-audit',
      'moot-filters', 'moot-connections', 'moot-access', 'moot-room-members', 'moot-room-settings', 'moot-delete-room',
    ],
    () => import('./moderation/register.js'),
  ],
];

/** @type {Map<Load, Promise<void>>} */
const coming = new Map();

/**
 * Defines an element, if that was not done yet. Without a network it throws what `import()` throws, and the next one
 * who asks tries again.
 * @param {string} tag
 */
export async function bring(tag) {
  const load = PARTS.find(([tags]) => tags.includes(tag))?.[1];
  if (load === undefined || customElements.get(tag)) return;
  const arriving = coming.get(load) ?? load().then((module) => module.register());
  coming.set(load, arriving);
  await arriving.finally(() => coming.delete(load));
}
