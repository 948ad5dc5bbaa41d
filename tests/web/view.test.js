import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RoomLog, WINDOW } from '../../service/web/chat/room_log.js';
import { DRAWN_KEPT, DRAWN_MOST, STEP, View } from '../../service/web/chat/view.js';
import { message, posted } from './room_stage.js';

const run = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

function viewOf(from, to) {
  const log = new RoomLog();
  log.reset({ epoch: 'e1', seq: to, messages: run(from, to).map((seq) => message(seq)) });
  const view = new View(log);
  const drawn = () => view.messages.map(({ seq }) => seq);
  return { log, view, drawn };
}

test('who reads at the end sees what comes, and the oldest go many at a time', () => {
  const { log, view, drawn } = viewOf(1, DRAWN_MOST);
  assert.equal(drawn().length, DRAWN_MOST);
  log.apply(posted(DRAWN_MOST + 1));
  assert.deepEqual([drawn().length, drawn().at(-1), view.atEnd], [DRAWN_KEPT, DRAWN_MOST + 1, true]);
  log.apply(posted(DRAWN_MOST + 2));
  assert.equal(drawn().length, DRAWN_KEPT + 1);
});

test('who reads elsewhere keeps what they read, whatever comes', () => {
  const { log, view, drawn } = viewOf(1, DRAWN_MOST);
  log.following = false;
  for (const seq of run(DRAWN_MOST + 1, DRAWN_MOST + 50)) log.apply(posted(seq));
  assert.deepEqual([drawn()[0], drawn().length, view.atEnd], [1, DRAWN_MOST, false]);
  assert.equal(view.newer(), true);
  assert.equal(drawn().at(-1), DRAWN_MOST + STEP);
});

test('there and back again: all is drawn in its turn, never more than there may be', () => {
  const { log, view, drawn } = viewOf(1, WINDOW);
  log.addOlder({ items: [], next: null });
  log.following = false;
  view.around(WINDOW, { to: 'line' });
  const seen = new Set(drawn());
  while (view.older()) {
    for (const seq of drawn()) seen.add(seq);
    assert.ok(drawn().length <= DRAWN_MOST);
  }
  assert.deepEqual([seen.size, drawn()[0], view.atStart], [WINDOW, 1, true]);
  while (view.newer()) assert.ok(drawn().length <= DRAWN_MOST);
  assert.deepEqual([drawn().at(-1), view.atEnd], [WINDOW, true]);
});

test('at the end of what is here, and not of the room, it says so: then the server is asked', () => {
  const { log, view } = viewOf(101, WINDOW + 100);
  log.following = false;
  log.addOlder({ items: run(51, 100).map((seq) => message(seq)), next: 51 });
  view.around(WINDOW, { to: 'line' });
  while (view.newer());
  assert.deepEqual([view.atEnd, log.atEnd], [false, false]);
});
