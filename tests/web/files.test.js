/** Files on their way to the server, pictures on their way from it, and lists that come in pages. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Blocks } from '../../service/web/chat/blocks.js';
import { IDLE_MAX, Pictures } from '../../service/web/chat/pictures.js';
import { Problem } from '../../service/web/chat/problem.js';
import { Search, withFilter } from '../../service/web/chat/search.js';
import { AT_ONCE, Uploads } from '../../service/web/chat/uploads.js';
import { settled } from './virtual_clock.js';

const problem = (code, detail = code) => new Problem({ status: 400, code, detail });

function file(name, size = 10, type = 'text/plain') {
  return Object.assign(new Blob(['x'.repeat(size)], { type }), { name });
}

/** A server that holds each upload until the test answers it. */
function carrier() {
  const under = [];
  const upload = (slug, blob, { name, signal, progress }) =>
    new Promise((resolve, reject) => {
      const one = { slug, name, progress, done: () => resolve({ id: `f-${name}`, name, type: blob.type, size: blob.size }), fail: reject };
      signal.addEventListener('abort', () => reject(signal.reason));
      under.push(one);
    });
  return { api: { upload }, under };
}

function uploads(limits = { file: 1_000, files: 5 }) {
  const { api, under } = carrier();
  return { under, one: new Uploads({ slug: 'lobby', api, limits: () => limits, tooLarge: (limit) => `at most ${limit}` }) };
}

const states = ({ items }) => items.map(({ state }) => state);

test('a few go at once, the others wait for their turn, and each says how far it is', async () => {
  const { one, under } = uploads();
  one.add([file('a'), file('b'), file('c'), file('d')]);
  assert.equal(under.length, AT_ONCE);
  assert.deepEqual(states(one), ['sending', 'sending', 'sending', 'waiting']);
  under[0].progress(0.5);
  assert.equal(one.items[0].progress, 0.5);
  under[0].done();
  await settled();
  assert.deepEqual(states(one), ['done', 'sending', 'sending', 'sending']);
  assert.ok(one.busy);
  for (const { done } of under) done();
  await settled();
  assert.ok(!one.busy);
  assert.deepEqual(one.taken().map(({ name }) => name), ['a', 'b', 'c', 'd']);
  assert.deepEqual(one.items, []);
});

test('what the server would refuse is refused here, without a byte of it on the line', async () => {
  const { one, under } = uploads();
  one.add([file('big', 1_001)]);
  assert.equal(under.length, 0);
  assert.equal(one.items[0].refusal.message, 'at most 1000');
  one.retry(one.items[0].key);
  assert.equal(one.items[0].state, 'failed', 'it will not be smaller');
});

test('a message carries only so many, and says so', () => {
  const { one } = uploads();
  one.add(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => file(name)));
  assert.deepEqual([one.items.length, one.overflow], [5, 'many']);
  one.remove(one.items[0].key);
  assert.equal(one.overflow, null);
});

test('a refusal stands in the server’s words; what time can cure can be tried again', async () => {
  const { one, under } = uploads();
  one.add([file('a'), file('b')]);
  under[0].fail(problem('unavailable', 'The disk is full.'));
  under[1].fail(problem('too_large', 'That is too much.'));
  await settled();
  assert.deepEqual(one.items.map(({ refusal, final }) => [refusal.message, final]), [['The disk is full.', false], ['That is too much.', true]]);
  assert.ok(one.failed);
  one.retry(one.items[0].key);
  under[2].done();
  await settled();
  assert.deepEqual(states(one), ['done', 'failed']);
});

test('what is called off leaves nothing behind, and lets the next one go', async () => {
  const { one, under } = uploads();
  one.add([file('a'), file('b'), file('c'), file('d')]);
  one.remove(one.items[0].key);
  await settled();
  assert.deepEqual([one.items.map(({ name }) => name), under.length], [['b', 'c', 'd'], 4]);
  one.clear();
  await settled();
  assert.deepEqual([one.items, one.busy], [[], false]);
});

test('what comes from the clipboard has a name all the same', () => {
  const { one } = uploads();
  one.add([new Blob(['x'], { type: 'image/jpeg' }), new Blob(['x'], { type: 'application/octet-stream' })]);
  assert.deepEqual(one.items.map(({ name }) => name), ['image.jpg', 'file']);
});

test('a picture is fetched once, however many places show it, and goes when it is long out of sight', async () => {
  const asked = [];
  const gone = [];
  const revoke = URL.revokeObjectURL;
  URL.revokeObjectURL = (address) => gone.push(address);
  try {
    const pictures = new Pictures({ file: async (id, what) => (asked.push(`${what} ${id}`), new Blob(['x'])) });
    const [first, second] = await Promise.all([pictures.take('a', 'thumbnail'), pictures.take('a', 'thumbnail')]);
    assert.equal(first, second);
    await pictures.take('a', 'content');
    assert.deepEqual(asked, ['thumbnail a', 'content a']);
    for (let i = 0; i < IDLE_MAX + 3; i += 1) {
      await pictures.take(`p${i}`, 'thumbnail');
      pictures.release(`p${i}`, 'thumbnail');
    }
    await settled();
    assert.equal(gone.length, 3);
    assert.ok(!gone.includes(first), 'what is shown stays');
    pictures.clear();
    await settled();
    assert.equal(gone.length, IDLE_MAX + 5);
  } finally {
    URL.revokeObjectURL = revoke;
  }
});

test('a picture that did not come is asked for again', async () => {
  let fails = true;
  const pictures = new Pictures({ file: async () => (fails ? Promise.reject(problem('unavailable')) : new Blob(['x'])) });
  await assert.rejects(pictures.take('a', 'thumbnail'));
  fails = false;
  assert.match(await pictures.take('a', 'thumbnail'), /^blob:/u);
  pictures.clear();
});

const found = (seq, room = 'lobby') => ({ message: { id: `m${seq}`, room, seq }, excerpt: [{ text: 'x' }] });

test('a search shows what was found by room, page after page', async () => {
  const asked = [];
  const pages = { null: { items: [found(3), found(2), found(1, 'den')], next: 'c2', complete: false }, c2: { items: [found(9)], next: null, complete: true } };
  const search = new Search({ search: async (query, options) => (asked.push([query, options.sort, options.cursor]), pages[options.cursor]) });
  await search.look('  pears ');
  assert.deepEqual(search.groups.map(({ slug, found: list }) => [slug, list.length]), [['lobby', 2], ['den', 1]]);
  assert.deepEqual([search.complete, search.more], [false, true]);
  await search.loadMore();
  await search.loadMore();
  assert.equal(search.items.length, 4);
  await search.order('rank');
  assert.deepEqual(asked, [['pears', 'newest', null], ['pears', 'newest', 'c2'], ['pears', 'rank', null]]);
});

test('the answer to an earlier question comes too late', async () => {
  const waiting = [];
  const search = new Search({ search: (query) => new Promise((resolve, reject) => waiting.push({ query, resolve, reject })) });
  search.look('pe');
  search.look('pears');
  waiting[1].resolve({ items: [found(1)], next: null, complete: true });
  await settled();
  waiting[0].resolve({ items: [], next: null, complete: true });
  await settled();
  assert.equal(search.items.length, 1);
  search.look('"pears');
  waiting[2].reject(problem('invalid', 'A quotation mark is open.'));
  await settled();
  assert.deepEqual([search.problem.message, search.items.length], ['A quotation mark is open.', 0]);
  await search.look('');
  assert.equal(search.problem, null);
});

test('a filter is put in and taken out', () => {
  assert.equal(withFilter('pears', 'in:lobby'), 'pears in:lobby');
  assert.equal(withFilter('pears in:lobby', 'in:lobby'), 'pears');
  assert.equal(withFilter('', 'has:file'), 'has:file');
});

test('who is blocked is known from then on, and who is let go no more', async () => {
  const done = [];
  const blocks = new Blocks({ blocks: async () => [{ user: 'cyn', name: 'Cyn' }], block: async (user, on) => done.push([user, on]) });
  await Promise.all([blocks.load(), blocks.load()]);
  await blocks.set('bob', 'Bob', true);
  await blocks.set('cyn', 'Cyn', false);
  assert.deepEqual([blocks.list(), done], [[{ user: 'bob', name: 'Bob' }], [['bob', true], ['cyn', false]]]);
});
