/** What moderators do, as the person concerned and everybody else sees it: mutes, bans, closed rooms, deleted messages. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { REFUSAL_STANDS_MS, UNDO_MS, mayDelete, mayReport } from '../../service/web/chat/deletions.js';
import { Members } from '../../service/web/chat/members.js';
import { Names } from '../../service/web/chat/names.js';
import { Problem } from '../../service/web/chat/problem.js';
import { AGAIN_MS, GRACE_MS, Standing } from '../../service/web/chat/standing.js';
import { HELLO } from './line.js';
import { AT, info, message, permissions, posted, replay, snapshot, stage } from './room_stage.js';
import { STARTED_AT, VirtualClock, settled } from './virtual_clock.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const MUTED = { role: 'member', can: ['see', 'read', 'join'] };
const OUTSIDE = { role: null, can: ['see'] };

const iso = (ms) => new Date(STARTED_AT + ms).toISOString();

function changed(seq, { user = 'bob', until, by = 'mo', reason, role = 'member' } = {}) {
  const member = { user, name: user, role, joined_at: AT, ...(until && { muted_until: until }) };
  return { type: 'member.changed', room: 'lobby', seq, at: AT, member, by, ...(reason && { reason }) };
}

function deleted(seq, id, by = 'mo') {
  return { type: 'message.deleted', room: 'lobby', seq, at: AT, message_id: id, by };
}

/** bob in the lobby, in which three messages were said. */
async function joined(options = {}, answer = snapshot([1, 2, 3])) {
  const scene = await stage(options);
  scene.room.watch(true);
  scene.room.join();
  scene.wire.socket.ok('join', answer);
  await settled();
  return scene;
}

/** A standing by itself, through more time than a connection's pings would be worth. */
function alone() {
  const clock = new VirtualClock();
  const api = { permissions: async () => permissions() };
  const standing = new Standing({ slug: 'lobby', api, clock, role: () => 'member', refresh: () => {}, changed: () => {} });
  return { standing, clock };
}

// Mutes

test('a mute says by whom, until when and why, and ends by itself on time', async () => {
  const { room, server, clock } = await joined();
  server.room = info('lobby', { seq: 4, you: { ...MUTED, muted_until: iso(MINUTE_MS) } });
  room.receive(changed(4, { until: iso(MINUTE_MS), reason: 'spam' }));
  await settled();
  assert.deepEqual(room.standing.refusal.why, { rule: 'mute', by: 'mo', until: iso(MINUTE_MS), reason: 'spam' });
  server.room = info('lobby', { seq: 4 });
  await clock.advance(MINUTE_MS - 1);
  assert.equal(room.standing.refusal?.code, 'muted');
  await clock.advance(GRACE_MS + 1);
  assert.equal(room.standing.refusal, null);
});

test('a mute without an end lasts until it is lifted, and is then over at once', async () => {
  const { standing, clock } = alone();
  standing.changed(changed(4, { until: '9999-12-31T23:59:59.999Z' }));
  await clock.advance(400 * DAY_MS);
  assert.equal(standing.refusal?.code, 'muted');
  standing.changed(changed(5));
  assert.equal(standing.refusal, null);
});

test('a mute of months lasts for months: a browser’s timer holds less than one', async () => {
  const { standing, clock } = alone();
  standing.changed(changed(4, { until: iso(60 * DAY_MS) }));
  await clock.advance(60 * DAY_MS - 1);
  assert.equal(standing.refusal?.code, 'muted');
  await clock.advance(GRACE_MS + 1);
  assert.equal(standing.refusal, null);
  assert.equal(clock.pending, 0);
});

test('who comes in muted is told so, and the server is asked who did it and why', async () => {
  const why = { rule: 'mute', by: 'mo', since: AT, until: iso(MINUTE_MS), reason: 'spam' };
  const muted = info('lobby', { you: { ...MUTED, muted_until: iso(MINUTE_MS) } });
  const scene = await stage();
  scene.server.permissions = permissions({ post: { rule: 'mute', message: 'You are muted.', why } });
  scene.room.watch(true);
  scene.room.join();
  scene.wire.socket.ok('join', snapshot([1], { room: muted }));
  assert.deepEqual(scene.room.standing.refusal.why, { rule: 'mute', until: iso(MINUTE_MS) }, 'known at once');
  await settled();
  assert.deepEqual(scene.room.standing.refusal.why, why);
});

test('a mute that came while one was away is told with its reason, and one that went is not told', async () => {
  const { room, wire, reconnect } = await joined();
  await reconnect();
  const muted = info('lobby', { seq: 4, you: { ...MUTED, muted_until: iso(DAY_MS) } });
  wire.socket.ok('join', replay([changed(4, { until: iso(DAY_MS), reason: 'spam' })], { room: muted }));
  assert.equal(room.standing.refusal.why.reason, 'spam');
  await reconnect();
  const events = [changed(5), changed(6, { until: iso(DAY_MS) }), changed(7)];
  wire.socket.ok('join', replay(events, { room: info('lobby', { seq: 7 }) }));
  assert.equal(room.standing.refusal, null);
});

test('where the server’s clock says later, it is believed, and asked again', async () => {
  const { room, server, clock, asked } = await joined();
  server.room = info('lobby', { seq: 4, you: { ...MUTED, muted_until: iso(MINUTE_MS) } });
  room.receive(changed(4, { until: iso(MINUTE_MS) }));
  await clock.advance(MINUTE_MS + GRACE_MS);
  assert.equal(room.standing.refusal?.code, 'muted');
  const before = asked.length;
  server.room = info('lobby', { seq: 4 });
  await clock.advance(AGAIN_MS);
  assert.equal(room.standing.refusal, null);
  assert.ok(asked.length > before);
});

test('another’s mute is theirs alone, and shows in the list of people while it lasts', async () => {
  const { room, clock } = await joined();
  room.receive(changed(4, { user: 'cyn', until: iso(MINUTE_MS) }));
  assert.equal(room.standing.refusal, null);
  assert.deepEqual([room.members.isMuted('cyn', clock.now()), room.members.isMuted('cyn', clock.now() + MINUTE_MS)], [true, false]);
});

test('a list of people is as old as its request: what happened since then counts', async () => {
  let answer = () => {};
  const api = { members: () => new Promise((resolve) => (answer = resolve)) };
  const members = new Members({ slug: 'lobby', api, names: new Names(), changed: () => {} });
  const member = (user, role = 'member') => ({ user, name: user, role, joined_at: AT });
  const loading = members.load();
  members.remove('bob');
  members.put(member('cyn', 'moderator'));
  answer([member('ann', 'owner'), member('bob'), member('cyn')]);
  await loading;
  assert.deepEqual(members.list().map(({ user, role }) => [user, role]), [['ann', 'owner'], ['cyn', 'moderator']]);
});

test('a room’s object from before a mute does not end it', async () => {
  const { room, server } = await joined();
  server.room = Problem.unreachable();
  room.receive(changed(4, { until: iso(MINUTE_MS) }));
  room.know(info('lobby', { seq: 3 }));
  assert.equal(room.standing.refusal?.code, 'muted');
});

// Closed rooms

test('a locked room says who locked it, when and why', async () => {
  const { room, server } = await joined();
  const why = { rule: 'locked', by: 'ann', since: AT, reason: 'exams' };
  server.room = info('lobby', { seq: 4, locked: true, you: MUTED });
  server.permissions = permissions({ post: { rule: 'locked', message: 'The room is locked.', why } });
  room.receive({ type: 'room.changed', room: server.room, seq: 4, at: AT, by: 'ann' });
  await settled();
  assert.deepEqual(room.standing.refusal, { code: 'locked', message: 'This room is locked: only who moderates it may post.', why });
  server.room = info('lobby', { seq: 5 });
  room.receive({ type: 'room.changed', room: server.room, seq: 5, at: AT, by: 'ann' });
  await settled();
  assert.equal(room.standing.refusal, null);
});

test('who set a rule is asked only of the room that somebody looks at', async () => {
  const { room, server, asked } = await joined();
  room.watch(false);
  server.room = info('lobby', { seq: 4, post_role: 'moderator', you: MUTED });
  room.receive({ type: 'room.changed', room: server.room, seq: 4, at: AT, by: 'ann' });
  await settled();
  assert.equal(room.standing.refusal.message, 'Here only moderators and above may post.');
  assert.deepEqual(asked, ['room']);
  room.watch(true);
  assert.deepEqual(asked, ['room', 'permissions']);
});

test('where nobody can say more, what the room’s object says is enough', async () => {
  const scene = await stage();
  scene.server.permissions = Problem.unreachable();
  scene.room.watch(true);
  scene.room.join();
  scene.wire.socket.ok('join', snapshot([1], { room: info('lobby', { locked: true, you: MUTED }) }));
  await settled();
  assert.equal(scene.room.standing.refusal.code, 'locked');
});

test('an answer about a rule that is gone meanwhile is let be', async () => {
  const { room, server } = await joined();
  server.permissions = permissions({ post: { rule: 'locked', why: { rule: 'locked', by: 'ann' } } });
  room.know(info('lobby', { seq: 4, locked: true, you: MUTED }));
  room.know(info('lobby', { seq: 5 }));
  await settled();
  assert.equal(room.standing.refusal, null);
});

// Bans and kicks

test('after a kick the way back is open, after a ban it opens when the ban ends', async () => {
  const { room, server, clock } = await joined();
  room.receive({ type: 'removed', room: 'lobby', code: 'kicked', by: 'mo' });
  assert.deepEqual([room.state, room.standing.refusal], ['out', null]);
  room.join();
  assert.equal(room.state, 'joining');
  room.receive({ type: 'removed', room: 'lobby', code: 'banned', by: 'mo', until: iso(MINUTE_MS), reason: 'spam' });
  assert.deepEqual(room.standing.refusal.why, { rule: 'ban', by: 'mo', until: iso(MINUTE_MS), reason: 'spam' });
  server.room = info('lobby', { seq: 5, you: { role: null, can: ['see', 'read', 'join'] } });
  await clock.advance(MINUTE_MS + GRACE_MS);
  assert.deepEqual([room.state, room.standing.refusal], ['out', null], 'open, but going in is for the person');
});

test('a ban that is lifted early opens the way as soon as the list says so', async () => {
  const { room } = await joined();
  room.receive({ type: 'removed', room: 'lobby', code: 'banned', by: 'mo' });
  room.know(info('lobby', { seq: 3, you: OUTSIDE }));
  assert.equal(room.standing.refusal.code, 'banned');
  room.know(info('lobby', { seq: 5, you: { role: null, can: ['see', 'read', 'join'] } }));
  assert.equal(room.standing.refusal, null);
});

test('the doorstep of a room that one is banned from says by whom and why', async () => {
  const { room, server } = await stage({ room: info('lobby', { you: OUTSIDE }) });
  const why = { rule: 'ban', by: 'mo', until: iso(DAY_MS), reason: 'spam' };
  server.permissions = permissions({ join: { rule: 'ban', message: 'You are banned from this room.', why } });
  room.watch(true);
  await settled();
  assert.deepEqual([room.state, room.standing.refusal.why], ['outside', why]);
});

test('a gate above one’s role is told at the doorstep in words', async () => {
  const { room } = await stage({ room: info('staff', { join_role: 'moderator', you: OUTSIDE }) });
  assert.equal(room.standing.refusal.message, 'This room is for moderators and above.');
});

// Deleted messages

test('a deleted message stays in its place without its text, and comes back as it was', async () => {
  const { room, texts } = await joined();
  room.receive(deleted(4, 'm2'));
  assert.deepEqual(texts(), ['message 1', '', 'message 3']);
  assert.deepEqual(room.log.messages[1].deleted, { by: 'mo', at: AT });
  room.receive({ type: 'message.restored', room: 'lobby', seq: 5, at: AT, message: message(2) });
  assert.deepEqual([texts(), room.log.messages[1].deleted], [['message 1', 'message 2', 'message 3'], undefined]);
  assert.equal(room.log.seq, 5);
});

test('what is deleted while a page of history is on its way is not shown by that page', async () => {
  let arrive;
  const pages = () => new Promise((resolve) => {
    arrive = () => resolve({ items: [message(1), message(2)], next: null });
  });
  const seqs = Array.from({ length: 50 }, (_, i) => i + 3);
  const { room, texts } = await joined({ pages }, snapshot(seqs));
  const page = room.history.show('older');
  room.receive(deleted(53, 'm2'));
  arrive();
  await page;
  assert.deepEqual(texts().slice(0, 3), ['message 1', '', 'message 3']);
});

test('one’s own deletion can be undone for as long as the server allows', async () => {
  const { room, wire, clock } = await joined();
  room.deletions.delete('m3');
  room.deletions.delete('m3');
  assert.equal(wire.socket.sent.filter(({ type }) => type === 'delete').length, 1, 'once is enough');
  wire.socket.ok('delete', { message: { ...message(3), text: '', deleted: { by: 'bob', at: AT } }, action: 'a1' });
  room.receive(deleted(4, 'm3', 'bob'));
  assert.deepEqual(room.deletions.of('m3'), { state: 'deleted', action: 'a1' });
  await clock.advance(UNDO_MS - 1);
  assert.equal(room.deletions.of('m3').action, 'a1');
  await clock.advance(1);
  assert.equal(room.deletions.of('m3'), undefined);
});

test('an undo asks for the action, and the message comes back with the event', async () => {
  const { room, wire, texts } = await joined();
  room.deletions.delete('m3');
  wire.socket.ok('delete', { message: message(3), action: 'a1' });
  room.receive(deleted(4, 'm3', 'bob'));
  room.deletions.undo('m3');
  assert.equal(wire.socket.last('undo').action, 'a1');
  wire.socket.ok('undo');
  room.receive({ type: 'message.restored', room: 'lobby', seq: 5, at: AT, message: message(3), by: 'bob' });
  assert.deepEqual([texts().at(-1), room.deletions.of('m3')], ['message 3', undefined]);
});

test('a refused deletion says why beside the message, for a while', async () => {
  const { room, wire, clock } = await joined();
  room.deletions.delete('m3');
  wire.socket.refuse('delete', { code: 'forbidden', message: 'Not that one.', why: { rule: 'rank' } });
  assert.equal(room.deletions.of('m3').refusal.message, 'Not that one.');
  await clock.advance(REFUSAL_STANDS_MS);
  assert.equal(room.deletions.of('m3'), undefined);
});

test('an answer that was lost leaves the word to the log, and an undo to another try', async () => {
  const { room, wire, reconnect } = await joined();
  room.deletions.delete('m3');
  await reconnect();
  wire.socket.ok('join', replay([deleted(4, 'm3', 'bob')], { room: info('lobby', { seq: 4 }) }));
  assert.equal(room.deletions.of('m3'), undefined);
  room.deletions.delete('m1');
  wire.socket.ok('delete', { message: message(1), action: 'a2' });
  room.deletions.undo('m1');
  await reconnect();
  assert.deepEqual(room.deletions.of('m1'), { state: 'deleted', action: 'a2' });
});

test('deleting is offered to authors, and to who moderates for those that they outrank', () => {
  const by = (username, role) => ({ ...message(1), author: { username, name: username, role, bot: false } });
  const bob = HELLO.user;
  const mo = { ...bob, username: 'mo', role: 'moderator' };
  const ann = { ...bob, username: 'ann', role: 'admin' };
  const moderator = ['read', 'moderate'];
  assert.equal(mayDelete(by('bob', 'member'), bob, ['read']), true);
  assert.equal(mayDelete(by('cyn', 'member'), bob, ['read']), false);
  assert.deepEqual([by('bob', 'member'), by('max', 'moderator'), by('ann', 'admin')].map((one) => mayDelete(one, mo, moderator)), [true, false, false]);
  assert.equal(mayDelete(by('mo', 'moderator'), ann, moderator), true);
  assert.equal(mayDelete({ ...by('bob', 'member'), deleted: { by: 'mo', at: AT } }, bob, moderator), false);
});

// Reports

test('reporting is offered for what others said, also where they deleted it themselves', () => {
  const offered = (author, by) => mayReport({ ...message(1, { author }), ...(by && { deleted: { by, at: AT } }) }, HELLO.user);
  assert.deepEqual([offered('cyn'), offered('cyn', 'cyn'), offered('cyn', 'mo'), offered('bob')], [true, true, false, false]);
});

test('a report goes to the server, and what speaks against it is a sentence', async () => {
  const { room, wire } = await joined();
  const first = room.report('m2', 'rude');
  const { message: id, reason } = wire.socket.last('report');
  assert.deepEqual([id, reason], ['m2', 'rude']);
  wire.socket.ok('report', { report: { id: 'r1' } });
  await first;
  const second = room.report('m2', 'rude');
  wire.socket.refuse('report', { code: 'limit', message: 'You have reported enough today.' });
  await assert.rejects(second, { name: 'Problem', code: 'limit', message: 'You have reported enough today.' });
  const third = room.report('m2', 'rude');
  wire.socket.drop(1006);
  await assert.rejects(third, { code: 'unreachable' });
});

test('events of a deletion leave unread and order alone', async () => {
  const { room } = await joined();
  room.watch(false);
  room.receive(deleted(4, 'm1'));
  room.receive(posted(5));
  assert.deepEqual([room.unread, room.log.messages.at(-1).seq], [1, 5]);
});
