/** Which edition of the page this is, and when a newer one is offered. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Edition } from '../../service/web/chat/edition.js';

function page({ kept = false } = {}) {
  const done = [];
  const edition = new Edition({ reload: () => done.push('reloaded'), kept: () => kept });
  edition.addEventListener('change', () => done.push(edition.waits ? 'offered' : 'put off'));
  return { edition, done };
}

test('a server of the same version offers nothing', () => {
  const { edition, done } = page();
  edition.served('1.0.0');
  edition.served('1.0.0');
  assert.deepEqual([done, edition.waits], [[], false]);
});

test('a server of another version offers a reload', () => {
  const { edition, done } = page();
  edition.served('1.0.0');
  edition.served('1.1.0');
  edition.change();
  assert.deepEqual(done, ['offered', 'reloaded']);
});

test('where a service worker keeps the page, only what it has taken in is offered: a reload alone would bring the old one', () => {
  const { edition, done } = page({ kept: true });
  edition.served('1.0.0');
  edition.served('1.1.0');
  assert.deepEqual(done, []);
  edition.arrived(() => done.push('let in'));
  edition.change();
  assert.deepEqual(done, ['offered', 'let in'], 'and the worker’s taking over reloads');
});

test('what was put off is offered again when something newer comes', () => {
  const { edition, done } = page({ kept: true });
  edition.arrived(() => {});
  edition.dismiss();
  edition.arrived(() => {});
  assert.deepEqual(done, ['offered', 'put off', 'offered']);
});
