/**
 * The browser's own notifications: whether they may be shown, and showing them. They are asked for by a click alone.
 */

/** @returns {'missing' | NotificationPermission} */
export function permission() {
  return 'Notification' in globalThis ? Notification.permission : 'missing';
}

/** Asks the person, through the browser. Answers whether they may be shown from now on. */
export async function ask() {
  return permission() !== 'missing' && (await Notification.requestPermission()) === 'granted';
}

/**
 * By the service worker where there is one: on telephones there is no other way, and a click finds a tab or makes one.
 * @param {import('../chat/notifier.js').Telling} telling
 */
export async function show({ title, body, tag, address }) {
  if (permission() !== 'granted') return;
  const options = { body, tag, icon: '/web/icons/192.png', data: { address } };
  const registration = await navigator.serviceWorker?.getRegistration();
  if (registration?.active) return registration.showNotification(title, { ...options, ...{ renotify: true } });
  const notification = new Notification(title, options);
  notification.addEventListener('click', () => {
    focus();
    location.hash = address;
    notification.close();
  });
}

/** What a click on a notification of the worker's asks this page to show. */
export function followClicks() {
  navigator.serviceWorker?.addEventListener('message', ({ data }) => {
    if (typeof data?.address === 'string') location.hash = data.address;
  });
}
