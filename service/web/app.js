/**
 * The page's beginning: builds the parts, registers the elements, and gives the one to the other.
 */

import { Api } from './chat/api.js';
import { BrowserStore } from './chat/browser_store.js';
import { carry } from './chat/carrier.js';
import { Chat } from './chat/chat.js';
import { Claims } from './chat/claims.js';
import { systemClock } from './chat/clock.js';
import { Connection } from './chat/connection.js';
import { Edition } from './chat/edition.js';
import { RecentEmoji } from './chat/emoji.js';
import { LastKnown } from './chat/last_known.js';
import { Levels } from './chat/levels.js';
import { Nonces } from './chat/nonce.js';
import { Notifier } from './chat/notifier.js';
import { Preferences } from './chat/preferences.js';
import { routeOf } from './chat/route.js';
import { Session } from './chat/session.js';
import { Tabs } from './chat/tabs.js';
import { follow } from './elements/appearance.js';
import { channel, database, locks, storage } from './elements/browser.js';
import { followClicks, show } from './elements/notifications.js';
import { registerElements } from './elements/register.js';
import { linkWorker, lookForEdition } from './elements/worker_link.js';

const SIGNED_IN = 'folkmoot signed in';

const route = routeOf(location.pathname, location.hash);
// Before anything else: a secret must not stay in the address bar, in the history or on a screenshot.
if (route.secret) history.replaceState(null, '', route.address);

/** @type {import('./chat/session.js').Remembered} */
const remembered = {
  get: () => !storage.allowed() || storage.get(SIGNED_IN) !== null,
  set: (signedIn) => storage.set(SIGNED_IN, signedIn ? 'yes' : null),
};

const preferences = new Preferences(storage);
const lastKnown = new LastKnown(storage);
addEventListener('storage', () => preferences.readAgain());

const random = () => crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32;
const session = new Session({ fetch: (path, request) => fetch(path, request), clock: systemClock, remembered });
const api = new Api({ fetch: (path, request) => fetch(path, request), session, carry });

const claims = new Claims(locks(), String(random()).slice(2));
const tabs = new Tabs({ channel: channel(), locks: locks() });
const edition = new Edition({ reload: () => location.reload(), kept: () => Boolean(navigator.serviceWorker?.controller) });

/** @param {import('./chat/contract.js').User} me */
function chatOf(me) {
  const address = new URL('/ws', location.href);
  address.protocol = address.protocol.replace('http', 'ws');
  const connect = (/** @type {string[]} */ protocols) => new WebSocket(address, protocols);
  const connection = new Connection({ connect, session, clock: systemClock, random });
  connection.addEventListener('hello', () => {
    if (edition.version !== '') lookForEdition();
    edition.served(connection.hello?.server.version ?? '');
  });
  const levels = new Levels(preferences, me.id);
  const store = new BrowserStore(database(), me.id);
  const emoji = new RecentEmoji({ get: () => preferences.read('emoji') ?? '', set: (used) => preferences.write('emoji', used) });
  const chat = new Chat({ me, connection, lastKnown, api, nonces: new Nonces(systemClock, random), clock: systemClock, store, claims, levels, emoji });
  new Notifier({ chat, levels, tabs, wanted: () => preferences.notify, tell: show });
  return chat;
}

registerElements();
/** @type {import('./elements/edition_bar.js').EditionBar} */ (document.querySelector('moot-edition')).edition = edition;
followClicks();
const app = /** @type {import('./elements/app.js').App} */ (document.querySelector('moot-app'));
follow(preferences).then(() => app.begin({ route, session, api, chatOf, lastKnown, preferences, tabs, edition }));
linkWorker(edition);
