/** How large a file is, as people say it: "2.4 MB". */

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
const STEP = 1_000;

/**
 * @param {number} bytes
 * @param {string} locale
 */
export function sizeInWords(bytes, locale) {
  const power = bytes < STEP ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log(bytes) / Math.log(STEP)));
  const value = bytes / STEP ** power;
  // "2.4 MB", and "24 MB": what comes after a dozen says nothing any more.
  const format = { style: /** @type {const} */ ('unit'), unit: UNITS[power], unitDisplay: /** @type {'long' | 'short'} */ (power === 0 ? 'long' : 'short'), maximumFractionDigits: value < 10 ? 1 : 0 };
  return new Intl.NumberFormat(locale, format).format(value);
}
