import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Outbox } from '../../service/web/chat/outbox.js';

function outboxOf(...nonces) {
  const outbox = new Outbox();
  for (const nonce of nonces) outbox.add({ nonce, text: `text of ${nonce}`, at: 0 });
  return outbox;
}

const states = (outbox) => outbox.items.map(({ nonce, state }) => `${nonce} ${state}`);

test('one goes at a time, in the order in which they were written', () => {
  const outbox = outboxOf('a', 'b');
  assert.equal(outbox.next().nonce, 'a');
  outbox.sending('a');
  assert.equal(outbox.next(), null);
  outbox.accepted('a', 7, 7);
  assert.equal(outbox.next().nonce, 'b');
});

test('one that was accepted stays until the log shows it, so it never flickers', () => {
  const outbox = outboxOf('a');
  outbox.sending('a');
  outbox.accepted('a', 7, 5);
  assert.deepEqual(states(outbox), ['a sent']);
  outbox.reached(6);
  assert.deepEqual(states(outbox), ['a sent']);
  outbox.reached(7);
  assert.deepEqual(states(outbox), []);
});

test('a lost connection sends it again, under the same nonce', () => {
  const outbox = outboxOf('a', 'b');
  outbox.sending('a');
  outbox.lost();
  assert.deepEqual(states(outbox), ['a waiting', 'b waiting']);
  assert.equal(outbox.next().nonce, 'a');
});

test('a refusal that passes waits as long as it says, and holds the others back', () => {
  const outbox = outboxOf('a', 'b');
  outbox.sending('a');
  assert.equal(outbox.refused('a', { code: 'slow_mode', message: 'Slow.', retry_after: 4.5 }), 4_500);
  assert.equal(outbox.next(), null);
  outbox.resume();
  assert.equal(outbox.next().nonce, 'a');
});

test('a refusal that stays is for the person, and lets the others pass', () => {
  const outbox = outboxOf('a', 'b');
  outbox.sending('a');
  assert.equal(outbox.refused('a', { code: 'muted', message: 'You are muted.' }), null);
  assert.deepEqual(states(outbox), ['a failed', 'b waiting']);
  assert.equal(outbox.next().nonce, 'b');
  outbox.retry('a');
  assert.equal(outbox.next().nonce, 'a');
  outbox.discard('a');
  assert.deepEqual(states(outbox), ['b waiting']);
});

test('a loss does not revive what was refused', () => {
  const outbox = outboxOf('a');
  outbox.sending('a');
  outbox.refused('a', { code: 'invalid', message: 'Too long.' });
  outbox.lost();
  assert.deepEqual(states(outbox), ['a failed']);
});
