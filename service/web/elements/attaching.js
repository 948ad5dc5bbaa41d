/**
 * Files for the next message of each place where one writes: loaded when the first one is brought.
 */

import { sizeInWords } from '../chat/sizes.js';
import { Uploads } from '../chat/uploads.js';
import { locale, say } from '../words/words.js';

export { UploadTray } from './upload_tray.js';

/** What was brought to each place and not sent yet. @type {WeakMap<object, Uploads>} */
const brought = new WeakMap();

/**
 * @param {object} place A room, or a thread in it.
 * @param {string} slug
 * @param {import('../chat/chat.js').Chat} chat
 */
export function uploadsOf(place, slug, chat) {
  const uploads = brought.get(place) ?? new Uploads({
    slug,
    api: chat.api,
    limits: () => chat.connection.hello?.limits,
    tooLarge: (limit) => say('composer.tooLarge', { size: sizeInWords(limit, locale()) }),
  });
  brought.set(place, uploads);
  return uploads;
}
