/**
 * Lets files be dropped anywhere on an element.
 *
 *     dropZone(room, { open: () => mayWrite, drop: (files) => composer.addFiles(files) });
 */

import { say } from '../words/words.js';

/**
 * @param {HTMLElement} element
 * @param {object} zone
 * @param {() => boolean} zone.open Whether they are wanted now.
 * @param {(files: File[]) => void} zone.drop
 */
export function dropZone(element, { open, drop }) {
  const wanted = (/** @type {DragEvent} */ event) => open() && (event.dataTransfer?.types.includes('Files') ?? false);
  const show = (/** @type {boolean} */ over) => {
    element.classList.toggle('dropping', over);
    element.dataset.drop = say('composer.drop');
  };
  element.addEventListener('dragover', (event) => {
    // A browser opens what is dropped where nobody wants it, and the page is gone.
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
    if (wanted(event)) show(true);
  });
  element.addEventListener('dragleave', (event) => {
    if (!element.contains(/** @type {Node | null} */ (event.relatedTarget))) show(false);
  });
  element.addEventListener('drop', (event) => {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
    if (wanted(event)) drop([...(event.dataTransfer?.files ?? [])]);
    show(false);
  });
}
