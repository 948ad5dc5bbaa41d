import assert from 'node:assert/strict';
import { test } from 'node:test';

import { AT_REST, RoomLog, SNAPSHOT, WINDOW } from '../../service/web/chat/room_log.js';
import { message, posted } from './room_stage.js';

const seqs = (log) => log.messages.map(({ seq }) => seq);
const run = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const messages = (from, to) => run(from, to).map((seq) => message(seq));

function logOf(from, to) {
  const log = new RoomLog();
  log.reset({ epoch: 'e1', seq: to, messages: messages(from, to) });
  return log;
}

test('an event that was applied already changes nothing', () => {
  const log = logOf(1, 3);
  assert.equal(log.apply(posted(4)), 'applied');
  assert.equal(log.apply(posted(4)), 'known');
  assert.equal(log.apply(posted(2)), 'known');
  assert.deepEqual(seqs(log), [1, 2, 3, 4]);
});

test('a hole is noticed, and nothing after it is taken', () => {
  const log = logOf(1, 3);
  assert.equal(log.apply(posted(5)), 'gap');
  assert.deepEqual([log.seq, seqs(log)], [3, [1, 2, 3]]);
});

test('an event of a kind that this page does not know still counts', () => {
  const log = logOf(1, 3);
  assert.equal(log.apply({ type: 'poll.opened', room: 'lobby', seq: 4, at: '' }), 'applied');
  assert.equal(log.apply(posted(5)), 'applied');
  assert.deepEqual([log.seq, seqs(log)], [5, [1, 2, 3, 5]]);
});

test('a message that is edited, or whose author was erased, is another one in its place', () => {
  const log = logOf(1, 3);
  const author = { username: 'deleted-1', name: 'deleted-1', role: 'guest', bot: false };
  log.apply({ type: 'message.edited', room: 'lobby', seq: 4, at: '', message: { ...message(2), text: 'anew', author } });
  const gone = message(3);
  log.apply({ type: 'message.deleted', room: 'lobby', seq: 5, at: 'then', message_id: gone.id, by: 'system', author });
  assert.deepEqual(
    log.messages.map(({ seq, text, author: by }) => [seq, text, by.username]),
    [
      [1, message(1).text, message(1).author.username],
      [2, 'anew', 'deleted-1'],
      [3, '', 'deleted-1'],
    ],
  );
  log.apply({ type: 'message.deleted', room: 'lobby', seq: 6, at: 'then', message_id: message(1).id, by: 'mo' });
  assert.equal(log.messages[0].author.username, message(1).author.username);
});

test('fewer messages than a join carries are all that there are', () => {
  assert.equal(logOf(1, SNAPSHOT - 1).atStart, true);
  assert.equal(logOf(1, SNAPSHOT).atStart, false);
});

test('pages overlap at most: no message stands twice', () => {
  const log = logOf(10, 20);
  log.addOlder({ items: messages(5, 12), next: 5 });
  assert.deepEqual(seqs(log), run(5, 20));
  assert.equal(log.atStart, false);
  log.addOlder({ items: messages(1, 4), next: null });
  assert.equal(log.atStart, true);
});

test('who reads at the end keeps the newest; the oldest give way', () => {
  const log = logOf(1, 40);
  for (const seq of run(41, WINDOW + 10)) log.apply(posted(seq));
  assert.deepEqual(seqs(log), run(11, WINDOW + 10));
  assert.deepEqual([log.atStart, log.atEnd], [false, true]);
});

test('who reads elsewhere keeps what they read; the window leaves the end instead', () => {
  const log = logOf(1, WINDOW);
  log.following = false;
  log.apply(posted(WINDOW + 1));
  log.apply(posted(WINDOW + 2));
  assert.deepEqual(seqs(log), run(1, WINDOW));
  assert.deepEqual([log.atEnd, log.seq], [false, WINDOW + 2]);
});

test('scrolling back past the bound lets go of the newest', () => {
  const log = logOf(101, WINDOW + 100);
  log.addOlder({ items: messages(51, 100), next: 51 });
  assert.deepEqual(seqs(log), run(51, WINDOW + 50));
  assert.equal(log.atEnd, false);
});

test('a page of newer ones reaches the end only if nothing was said since it was asked for', () => {
  const log = logOf(1, WINDOW);
  log.following = false;
  log.apply(posted(WINDOW + 1));
  log.apply(posted(WINDOW + 2));
  log.addNewer({ items: messages(WINDOW + 1, WINDOW + 1), next: null });
  assert.equal(log.atEnd, false, 'the second one came after the page was made');
  log.addNewer({ items: messages(WINDOW + 2, WINDOW + 2), next: null });
  assert.equal(log.atEnd, true);
  log.following = true;
  assert.equal(log.apply(posted(WINDOW + 3)), 'applied');
  assert.equal(seqs(log).at(-1), WINDOW + 3);
});

test('going to the latest puts the window there', () => {
  const log = logOf(101, WINDOW + 100);
  log.addOlder({ items: messages(51, 100), next: 51 });
  log.showLatest({ items: messages(1051, 1100), next: 1051 });
  assert.deepEqual([seqs(log).at(-1), log.atEnd, log.atStart], [1100, true, false]);
});

test('of a room that nobody looks at, only the latest is held', () => {
  const log = logOf(1, 400);
  log.look(false);
  assert.deepEqual([seqs(log), log.atStart, log.first], [run(301, 400), false, 301]);
  log.apply(posted(401));
  assert.deepEqual([seqs(log).length, seqs(log).at(-1)], [AT_REST, 401]);
  log.look(true);
  log.addOlder({ items: messages(251, 301), next: 251 });
  assert.deepEqual(seqs(log), run(251, 401));
});
