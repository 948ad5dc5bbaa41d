/**
 * The files of a message: pictures as pictures, everything else by its name, to be taken home.
 */

import { Problem } from '../chat/problem.js';
import { SessionEnded } from '../chat/session.js';
import { sizeInWords } from '../chat/sizes.js';
import { locale, say } from '../words/words.js';
import { h, icon } from './dom.js';
import { picture } from './picture.js';

/** The largest that a picture stands in a timeline, in CSS pixels. */
const WIDTH_MAX = 360;
const HEIGHT_MAX = 260;
const SIDE_MIN = 48;

/**
 * @param {import('../chat/contract.js').Message} message
 * @param {import('./talk.js').Talk} talk
 */
export function attachments(message, talk) {
  const files = message.files ?? [];
  if (files.length === 0) return null;
  const items = files.map((file) => h('li', {}, file.thumbnail ? shown(message, file, talk) : download(file, talk.chat)));
  return h('ul', { class: 'files', 'aria-label': say('files.list') }, ...items);
}

/**
 * @param {import('../chat/contract.js').Message} message
 * @param {import('../chat/contract.js').FileInfo} file
 * @param {import('./talk.js').Talk} talk
 */
function shown(message, file, talk) {
  const pictures = (message.files ?? []).filter(({ thumbnail }) => thumbnail);
  const onclick = () => talk.openPicture({ ...message, files: pictures }, pictures.indexOf(file));
  const button = h('button', { class: 'picture', 'aria-label': say('files.view', { name: file.name }), title: file.name, onclick }, picture(talk.chat.pictures, file, 'thumbnail'));
  // Its place is there before it is: nothing moves when it comes.
  const { width, height } = fitted(file.thumbnail ?? { width: SIDE_MIN, height: SIDE_MIN });
  button.style.setProperty('--width', `${width}px`);
  button.style.setProperty('--ratio', `${width} / ${height}`);
  return button;
}

/** @param {{width: number, height: number}} size */
function fitted({ width, height }) {
  const scale = Math.min(1, WIDTH_MAX / width, HEIGHT_MAX / height);
  return { width: Math.max(SIDE_MIN, Math.round(width * scale)), height: Math.max(SIDE_MIN, Math.round(height * scale)) };
}

/**
 * @param {import('../chat/contract.js').FileInfo} file
 * @param {import('../chat/chat.js').Chat} chat
 */
export function download(file, chat) {
  const size = h('small', {}, sizeInWords(file.size, locale()));
  const label = h('span', { class: 'label' }, h('bdi', { class: 'name' }, file.name), size);
  const button = h('button', { class: 'file-chip', title: say('files.download', { name: file.name }), onclick: () => fetchFile() }, icon('file'), label, icon('download'));
  const fetchFile = async () => {
    button.setAttribute('aria-busy', 'true');
    try {
      save(await chat.api.file(file.id), file.name);
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
      size.textContent = error.message;
      size.setAttribute('role', 'alert');
    } finally {
      button.removeAttribute('aria-busy');
    }
  };
  return button;
}

/**
 * As a file of one's own: nothing of it is opened here.
 * @param {Blob} blob
 * @param {string} name
 */
export function save(blob, name) {
  const href = URL.createObjectURL(blob);
  h('a', { href, download: name }).click();
  // The browser has taken it when the click returns; some begin to read it only then.
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}
