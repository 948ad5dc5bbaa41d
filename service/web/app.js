/**
 * The page's beginning: builds the parts, registers the elements, and gives the one to the other.
 */

import { Api } from './chat/api.js';
import { carry } from './chat/carrier.js';
import { Chat } from './chat/chat.js';
import { systemClock } from './chat/clock.js';
import { Connection } from './chat/connection.js';
import { Nonces } from './chat/nonce.js';
import { routeOf } from './chat/route.js';
import { Session } from './chat/session.js';
import { registerElements } from './elements/register.js';

const SIGNED_IN = 'folkmoot signed in';

const route = routeOf(location.pathname, location.hash);
// Before anything else: a secret must not stay in the address bar, in the history or on a screenshot.
if (route.secret) history.replaceState(null, '', route.address);

/** @type {import('./chat/session.js').Remembered} */
const remembered = {
  get: () => quietly(() => localStorage.getItem(SIGNED_IN) !== null) ?? true,
  set: (signedIn) => {
    quietly(() => (signedIn ? localStorage.setItem(SIGNED_IN, 'yes') : localStorage.removeItem(SIGNED_IN)));
  },
};

const random = () => crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32;
const session = new Session({ fetch: (path, request) => fetch(path, request), clock: systemClock, remembered });
const api = new Api({ fetch: (path, request) => fetch(path, request), session, carry });

/** @param {import('./chat/contract.js').User} me */
function chatOf(me) {
  const address = new URL('/ws', location.href);
  address.protocol = address.protocol.replace('http', 'ws');
  const connect = (/** @type {string[]} */ protocols) => new WebSocket(address, protocols);
  const connection = new Connection({ connect, session, clock: systemClock, random });
  return new Chat({ me, connection, api, nonces: new Nonces(systemClock, random), clock: systemClock });
}

registerElements();
const app = /** @type {import('./elements/app.js').App} */ (document.querySelector('moot-app'));
app.begin({ route, session, api, chatOf });

/**
 * A browser may forbid storage altogether, by throwing.
 * @template T
 * @param {() => T} use
 */
function quietly(use) {
  try {
    return use();
  } catch {
    return undefined;
  }
}
