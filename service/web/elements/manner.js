/**
 * How this page writes times: in the manner of its language and the reader's country.
 */

import { Moments } from '../chat/moments.js';
import { locale, words } from '../words/words.js';

/** Always of the language that is chosen now. */
export const moments = new Moments(locale());

words.addEventListener('change', () => moments.speak(locale()));
