/**
 * Something small over the page, at what it belongs to: a menu, a picker, a card. A click beside it and Escape close it,
 * and the focus goes back to where it was. On a telephone it comes up from the lower edge.
 *
 *     const close = openPopover(node, { at: button, within: button });
 *
 * @typedef {Element | {x: number, y: number}} Place
 */

/** Between it and what it belongs to, and the least from the edge of the page. */
const GAP_PX = 6;
const EDGE_PX = 8;

/** There it comes from below. The same number stands in `styles/messages.css`. */
const NARROW = '(max-width: 719px)';

/**
 * @param {HTMLElement} node
 * @param {object} where
 * @param {Place} where.at
 * @param {Element} where.within Something in the part of the page that it belongs to.
 * @param {boolean} [where.held] Whether a finger still rests where it was asked for: to lift it is no click beside it.
 * @param {() => void} [where.closed]
 * @returns {() => void} What closes it.
 */
export function openPopover(node, { at, within, held = false, closed }) {
  const home = homeOf(within);
  const over = new AbortController();
  if (held) closeBeside(node, over.signal);
  else node.popover = 'auto';
  node.classList.add('popover');
  node.addEventListener('toggle', (event) => {
    if (/** @type {ToggleEvent} */ (event).newState !== 'closed') return;
    over.abort();
    node.remove();
    closed?.();
  });
  node.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    // Here it means this, and nothing behind it.
    event.preventDefault();
    event.stopPropagation();
    node.hidePopover();
  });
  home.append(node);
  node.showPopover();
  place(node, at);
  return () => {
    if (node.matches(':popover-open')) node.hidePopover();
  };
}

/**
 * What a browser does by itself for what it opened by a click: the next press beside it closes it, and the focus goes
 * back.
 * @param {HTMLElement} node
 * @param {AbortSignal} signal
 */
function closeBeside(node, signal) {
  node.popover = 'manual';
  const before = document.activeElement;
  const beside = (/** @type {Event} */ event) => !node.contains(/** @type {Node} */ (event.target)) && node.hidePopover();
  addEventListener('pointerdown', beside, { signal, capture: true });
  node.addEventListener('beforetoggle', (event) => {
    if (/** @type {ToggleEvent} */ (event).newState !== 'closed' || !node.contains(document.activeElement)) return;
    /** @type {HTMLElement | null} */ (before)?.focus();
  });
}

/**
 * In the dialog where one is open: beside it, it could not be reached. Otherwise in the head of that part of the page: a
 * landmark, so that who listens knows where they are, and a place that is not drawn anew, which would take it away.
 * @param {Element} within
 */
function homeOf(within) {
  const part = within.closest('dialog, moot-side, moot-room, moot-rooms, moot-people');
  return (part?.matches('dialog') ? part : part?.querySelector('.bar, .head')) ?? document.body;
}

/**
 * Below or above, whichever has the room, and never over the edge.
 * @param {HTMLElement} node
 * @param {Place} at
 */
function place(node, at) {
  if (matchMedia(NARROW).matches) return;
  const { width, height } = node.getBoundingClientRect();
  const { left, right, top, bottom } = at instanceof Element ? at.getBoundingClientRect() : { left: at.x, right: at.x + width, top: at.y, bottom: at.y };
  const below = bottom + GAP_PX + height <= innerHeight - EDGE_PX;
  const y = below ? bottom + GAP_PX : Math.max(EDGE_PX, top - GAP_PX - height);
  const x = at instanceof Element && left + width > innerWidth - EDGE_PX ? right - width : left;
  node.style.setProperty('left', `${Math.max(EDGE_PX, Math.min(x, innerWidth - EDGE_PX - width))}px`);
  node.style.setProperty('top', `${Math.max(EDGE_PX, Math.min(y, innerHeight - EDGE_PX - height))}px`);
}
