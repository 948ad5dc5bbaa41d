import assert from 'node:assert/strict';
import { test } from 'node:test';

import { afterClose, closeSentence, meansOverload } from '../../service/web/chat/closes.js';

const RULE = {
  resume: [1001, 1005, 1006, 1011, 1012, 1013, 4000, 4001, 4002, 4099],
  renew: [4100, 4101, 4199],
  'stay-away': [1000, 1002, 1003, 1007, 1008, 1009, 4200, 4201, 4202, 4203, 4299],
};

for (const [step, codes] of Object.entries(RULE)) {
  test(`${codes.join(', ')} mean: ${step}`, () => {
    for (const code of codes) assert.equal(afterClose(code), step, String(code));
  });
}

test('overload is said by 1013, and by 4002 to one that was too fast', () => {
  assert.deepEqual([1006, 1012, 1013, 4000, 4002].filter(meansOverload), [1013, 4002]);
});

test('a code that nobody has heard of still makes a sentence', () => {
  assert.match(closeSentence(4277), /4277/u);
  assert.match(closeSentence(4201), /suspended/u);
});
