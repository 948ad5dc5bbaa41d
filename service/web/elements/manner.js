/**
 * How this page writes times: in the reader's own manner, decided once.
 */

import { Moments } from '../chat/moments.js';

export const moments = new Moments();
