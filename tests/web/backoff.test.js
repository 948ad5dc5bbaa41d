import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FIRST_DELAY_MS, LONGEST_DELAY_MS, delayBefore } from '../../service/web/chat/backoff.js';

test('the delay doubles with each failure, up to a bound', () => {
  const delays = [0, 1, 2, 3].map((attempt) => delayBefore(attempt, 1));
  assert.deepEqual(delays, [1, 2, 4, 8].map((times) => times * FIRST_DELAY_MS));
  assert.equal(delayBefore(1_000, 1), LONGEST_DELAY_MS);
});

test('half of it is chance, so a thousand clients do not come back in one breath', () => {
  assert.equal(delayBefore(4, 0), delayBefore(4, 1) / 2);
  assert.ok(delayBefore(4, 0.3) < delayBefore(4, 0.6));
});

test('a server that is overloaded gets its floor, and the chance on top of it', () => {
  assert.equal(delayBefore(0, 0, 5_000), 5_000);
  assert.ok(delayBefore(0, 1, 5_000) > 5_000);
});
