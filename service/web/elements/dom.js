/**
 * Builds nodes. Texts become text nodes and attributes are set one by one, so nothing that people write is ever read
 * as markup; there is no way here to pass markup in.
 *
 *     h('button', { class: 'primary', onclick: () => save() }, icon('check'), 'Save')
 *
 * @typedef {Node | string | null | undefined | false} Child
 */

const SVG = 'http://www.w3.org/2000/svg';

/** The icons, as one path each on a field of 24 by 24. */
const ICONS = {
  back: 'M15 5l-7 7 7 7',
  close: 'M6 6l12 12M18 6L6 18',
  compass: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM15.5 8.5l-2 5-5 2 2-5z',
  copy: 'M9 9h10v11H9zM5 15V4h10',
  down: 'M12 5v14M6 13l6 6 6-6',
  flag: 'M6 21V4h11l-2 4 2 4H6',
  hash: 'M9.5 4L8 20M16 4l-1.5 16M4.5 9h16M3.5 15h16',
  leave: 'M14 4H5v16h9M10 12h11M17 8l4 4-4 4',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  mail: 'M4 6h16v12H4zM4 7l8 6 8-6',
  people: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.6-4 3-6 6.5-6s5.9 2 6.5 6M16 4.5a3.5 3.5 0 0 1 0 6.4M18 14.5c2 .9 3.2 2.8 3.5 5.5',
  plus: 'M12 5v14M5 12h14',
  send: 'M4 12l16-8-5 16-3.5-6.5z',
  trash: 'M5 7h14M10 4h4M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5',
};

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [attributes] `on…` takes a listener, true and false set and remove, `.name` is a property.
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  element.append(...present(children));
  return element;
}

/** @param {keyof typeof ICONS} name */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  const path = document.createElementNS(SVG, 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

/**
 * Replaces what is in an element, but leaves it alone where nothing changed: focus and selection live in the nodes.
 * @param {Element} element
 * @param {...Child} children
 */
export function fill(element, ...children) {
  const nodes = present(children);
  const same = nodes.length === element.childNodes.length && nodes.every((node, i) => node === element.childNodes[i]);
  if (!same) element.replaceChildren(...nodes);
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {any} value
 */
function set(element, name, value) {
  if (value === null || value === undefined) return;
  if (name.startsWith('.')) /** @type {any} */ (element)[name.slice(1)] = value;
  else if (typeof value === 'function') element.addEventListener(name.slice(2), value);
  else if (typeof value === 'boolean') element.toggleAttribute(name, value);
  else element.setAttribute(name, String(value));
}

/**
 * @param {Child[]} children
 * @returns {(Node | string)[]}
 */
function present(children) {
  return children.filter((child) => child !== null && child !== undefined && child !== false);
}
