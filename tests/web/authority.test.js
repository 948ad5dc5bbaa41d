/** Acting with authority: what a wish asks of the server, trying it first, taking it back, and what waits to be handled. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { hasAuthority, moderates } from '../../service/web/chat/authority.js';
import { ACTS, actorOf, detailsOf, nameOf, sentenceOf } from '../../service/web/chat/moderation/audit.js';
import { Moderation } from '../../service/web/chat/moderation/moderation.js';
import { offersOn, rolesToGive } from '../../service/web/chat/moderation/offers.js';
import { Pages } from '../../service/web/chat/moderation/pages.js';
import { PAUSE_MS, Rehearsal } from '../../service/web/chat/moderation/rehearsal.js';
import { Reports } from '../../service/web/chat/moderation/reports.js';
import { actionName, rankName, ruleName } from '../../service/web/chat/moderation/rights.js';
import { FOR_GOOD, UNTIL, beginningOfSpan, endOfSpan } from '../../service/web/chat/moderation/spans.js';
import { SHOWN, STANDS_MS, Undo } from '../../service/web/chat/moderation/undo.js';
import { addressOf, pagesFor, viewOf } from '../../service/web/chat/moderation/views.js';
import { requestOf } from '../../service/web/chat/moderation/wishes.js';
import { Problem } from '../../service/web/chat/problem.js';
import { viewIn } from '../../service/web/chat/route.js';
import { waitIn } from '../../service/web/chat/slow_mode.js';
import { needs } from '../../service/web/words/words.js';
import { HELLO, line } from './line.js';
import { info, message } from './room_stage.js';
import { STARTED_AT, VirtualClock, settled } from './virtual_clock.js';

await needs('moderation');

const DAY_MS = 24 * 60 * 60_000;
const MODERATED = { role: 'member', can: ['see', 'read', 'join', 'post', 'invite', 'moderate'] };
const forge = info('forge', { you: MODERATED });
const iso = (ms) => new Date(STARTED_AT + ms).toISOString();
const user = (username, role) => ({ username, role, name: username });

// What is asked of the server

test('a wish is one request, and trying it is the same one', () => {
  const mute = { kind: 'mute', user: 'bob', room: 'forge', until: iso(DAY_MS), reason: 'spam' };
  assert.deepEqual(requestOf(mute), ['POST', '/api/rooms/forge/sanctions', { user: 'bob', kind: 'mute', until: iso(DAY_MS), reason: 'spam' }]);
  assert.deepEqual(requestOf(mute, { dry: true })[1], '/api/rooms/forge/sanctions?dry_run=true');
  assert.deepEqual(requestOf({ kind: 'mute', user: 'bob' }), ['POST', '/api/sanctions', { user: 'bob', kind: 'mute' }]);
  assert.deepEqual(requestOf({ kind: 'delete', message: 'm1', reason: 'a & b' }, { dry: true }), ['DELETE', '/api/messages/m1?reason=a+%26+b&dry_run=true', undefined]);
  assert.deepEqual(requestOf({ kind: 'deleteAll', user: 'bob', since: iso(0), reason: '' })[1], `/api/messages?user=bob&since=${encodeURIComponent(iso(0))}`);
});

test('names are kept in their place in the address', () => {
  assert.equal(requestOf({ kind: 'roomRole', room: 'forge', user: 'a/../b?x', role: 'owner' })[1], '/api/rooms/forge/members/a%2F..%2Fb%3Fx');
});

test('spans end when they are chosen to, and what is over or unsaid is no end', () => {
  assert.equal(endOfSpan('1d', '', STARTED_AT), iso(DAY_MS));
  assert.equal(endOfSpan(FOR_GOOD, '', STARTED_AT), undefined);
  assert.equal(endOfSpan(UNTIL, '', STARTED_AT), null);
  assert.equal(endOfSpan(UNTIL, new Date(STARTED_AT - 1).toISOString(), STARTED_AT), null);
  assert.equal(endOfSpan(UNTIL, iso(DAY_MS), STARTED_AT), iso(DAY_MS));
  assert.deepEqual([beginningOfSpan('1d', STARTED_AT), beginningOfSpan(FOR_GOOD, STARTED_AT)], [iso(-DAY_MS), '1970-01-01T00:00:00.000Z']);
});

// What is offered

test('what is offered follows from where one stands', () => {
  const keys = (me, room, on = 'bob', said = null) => offersOn({ user: on, room, message: said }, me).map(({ key }) => key);
  const said = message(1, { author: 'bob', room: 'forge' });
  assert.deepEqual(keys(user('cyn', 'member'), info('forge')), [], 'a member has no authority');
  assert.deepEqual(keys(user('cyn', 'member'), forge, 'bob', said), ['message.delete', 'room.deleteAll', 'room.mute', 'room.kick', 'room.ban', 'room.roomRole']);
  assert.deepEqual(keys(user('mo', 'moderator'), null), ['server.deleteAll', 'server.mute', 'server.signOut', 'server.suspend']);
  assert.ok(keys(user('ann', 'admin'), null).includes('server.role'));
  assert.deepEqual(keys(user('mo', 'moderator'), forge, 'mo'), ['room.roomRole'], 'one steps down, and does not punish oneself');
  assert.ok(!keys(user('mo', 'moderator'), forge, 'bob', { ...said, deleted: { by: 'bob', at: iso(0) } }).includes('message.delete'));
  assert.ok(!keys(user('mo', 'moderator'), info('two', { visibility: 'direct', you: MODERATED })).includes('room.mute'));
});

test('nobody is offered to give more than they have', () => {
  assert.deepEqual(rolesToGive(forge, user('mo', 'moderator')), ['member', 'moderator']);
  assert.deepEqual(rolesToGive(info('forge', { you: { ...MODERATED, role: 'owner' } }), user('cyn', 'member')), ['member', 'moderator', 'owner']);
});

test('authority is by role or by room', () => {
  assert.deepEqual([hasAuthority(user('mo', 'moderator'), []), hasAuthority(user('bob', 'member'), [{ info: info('lobby') }]), hasAuthority(user('bob', 'member'), [{ info: forge }])], [true, false, true]);
  assert.equal(moderates(info('two', { visibility: 'direct', you: MODERATED })), false);
});

// Trying

function rehearsing(answers) {
  const clock = new VirtualClock();
  const asked = [];
  const rehearsal = new Rehearsal((wish) => {
    asked.push(wish.reason);
    return answers[wish.reason]?.() ?? Promise.resolve({ messages: asked.length, rooms: 1, members: 0, connections: 0 });
  }, clock);
  return { rehearsal, clock, asked };
}

test('it is tried a moment after the last change, and not with every key', async () => {
  const { rehearsal, clock, asked } = rehearsing({});
  for (const reason of ['s', 'sp', 'spam']) {
    rehearsal.consider({ kind: 'mute', reason });
    await clock.advance(PAUSE_MS - 1);
  }
  assert.deepEqual([asked, rehearsal.state], [[], 'asking']);
  await clock.advance(1);
  assert.deepEqual([asked, rehearsal.state, rehearsal.preview.messages], [['spam'], 'known', 1]);
});

test('an answer that comes late is about what was wished before, and does not count', async () => {
  let late = () => {};
  const { rehearsal, clock } = rehearsing({ first: () => new Promise((resolve) => (late = resolve)) });
  rehearsal.consider({ kind: 'mute', reason: 'first' });
  await clock.advance(PAUSE_MS);
  rehearsal.consider({ kind: 'mute', reason: 'second' });
  await clock.advance(PAUSE_MS);
  late({ messages: 99, rooms: 0, members: 0, connections: 0 });
  await settled();
  assert.equal(rehearsal.preview.messages, 2);
});

test('a refusal is known before it is tried in earnest, and goes with the next wish', async () => {
  const { rehearsal, clock } = rehearsing({ high: () => Promise.reject(new Problem({ status: 403, code: 'forbidden', detail: 'of lower rank' })) });
  rehearsal.consider({ kind: 'ban', reason: 'high' });
  await clock.advance(PAUSE_MS);
  assert.deepEqual([rehearsal.state, rehearsal.refusal.message], ['refused', 'of lower rank']);
  rehearsal.consider(null);
  assert.deepEqual([rehearsal.state, rehearsal.refusal], ['idle', null]);
});

// Taking back

function undoing(answer = async () => ({ answer: {}, action: null })) {
  const clock = new VirtualClock();
  const asked = [];
  const api = { act: (...request) => (asked.push(request), answer(...request)) };
  return { undo: new Undo(api, clock), clock, asked };
}

const wish = { kind: 'mute', user: 'bob', room: 'forge' };

test('what was done can be undone for a while, and says that it was', async () => {
  const { undo, clock, asked } = undoing();
  undo.offer(wish, 'a1');
  await clock.advance(STANDS_MS - 1);
  await undo.undo(undo.doings[0].key);
  assert.deepEqual([asked, undo.doings[0].state], [[['POST', '/api/moderation/a1/undo']], 'undone']);
  await undo.undo(undo.doings[0].key);
  assert.equal(asked.length, 1, 'once');
  await clock.advance(STANDS_MS);
  assert.deepEqual([undo.doings, clock.pending], [[], 0]);
});

test('a note stays as long as somebody points at it', async () => {
  const { undo, clock } = undoing();
  undo.offer(wish, 'a1');
  undo.hold(true);
  await clock.advance(DAY_MS);
  assert.equal(undo.doings.length, 1);
  undo.hold(false);
  await clock.advance(STANDS_MS);
  assert.equal(undo.doings.length, 0);
});

test('what can’t be undone says so, and of many acts the last are shown', async () => {
  const refusal = new Problem({ status: 409, code: 'conflict', detail: 'undone already' });
  const { undo } = undoing(async () => Promise.reject(refusal));
  undo.offer(wish, null);
  await undo.undo(undo.doings[0].key);
  assert.equal(undo.doings[0].state, 'done', 'there was no way back');
  for (let i = 0; i < SHOWN; i += 1) undo.offer(wish, `a${i}`);
  assert.deepEqual(undo.doings.map(({ action }) => action), ['a0', 'a1', 'a2']);
  await undo.undo(undo.doings[2].key);
  assert.deepEqual([undo.doings[2].state, undo.doings[2].refusal], ['refused', refusal]);
});

test('where no answer came, it can be tried again', async () => {
  const { undo } = undoing(async () => Promise.reject(Problem.unreachable()));
  undo.offer(wish, 'a1');
  await undo.undo(undo.doings[0].key);
  assert.deepEqual([undo.doings[0].state, undo.doings[0].refusal?.code], ['done', 'unreachable']);
});

// Lists

test('a list comes in pages, and a page that comes late for another list is let go', async () => {
  const answers = new Map([['/a', { items: [1, 2], next: 'c 2' }], ['/a?cursor=c+2', { items: [3], next: null }], ['/b?what=x', { items: [9], next: null }]]);
  let slow = () => {};
  const api = { ask: async (path) => (path === '/slow' ? new Promise((resolve) => (slow = resolve)) : answers.get(path)) };
  const pages = new Pages(api);
  await pages.show('/a');
  assert.deepEqual([pages.items, pages.hasMore], [[1, 2], true]);
  await pages.all();
  assert.deepEqual([pages.items, pages.hasMore], [[1, 2, 3], false]);
  const waiting = pages.show('/slow');
  await pages.show('/b', { what: 'x', user: '' });
  slow({ items: [7], next: null });
  await waiting;
  assert.deepEqual([pages.items, pages.loading], [[9], false]);
});

test('a list that can’t be had says why, and can be asked for again', async () => {
  let answer = async () => Promise.reject(Problem.unreachable());
  const pages = new Pages({ ask: () => answer() });
  await pages.show('/a');
  assert.deepEqual([pages.loaded, pages.problem.code, pages.loading], [false, 'unreachable', false]);
  answer = async () => ({ items: [1], next: null });
  await pages.refresh();
  assert.deepEqual([pages.items, pages.problem], [[1], null]);
});

// Reports

const report = (id, state = 'open', changes = {}) => ({ id, room: 'forge', at: iso(Number(id) * 1_000), state, ...changes });

async function queue() {
  const reports = new Reports({ ask: async () => ({ items: [report('2'), report('1')], next: null }) });
  await reports.count();
  await reports.show('open');
  return { reports, shown: () => reports.list.items.map(({ id }) => id) };
}

test('a report that is opened is counted and stands first, and one that is taken goes', async () => {
  const { reports, shown } = await queue();
  reports.heard(report('3'));
  assert.deepEqual([reports.waiting, shown()], [3, ['3', '2', '1']]);
  reports.heard(report('2', 'taken'));
  assert.deepEqual([reports.waiting, shown()], [2, ['3', '1']]);
  reports.heard(report('2'));
  assert.deepEqual([reports.waiting, shown()], [3, ['3', '2', '1']], 'opened again, it is back in its place');
});

test('a room’s list takes that room’s reports alone', async () => {
  const { reports, shown } = await queue();
  await reports.show('open', 'forge');
  reports.heard(report('3', 'open', { room: 'lobby' }));
  assert.deepEqual([reports.waiting, shown()], [3, ['2', '1']]);
});

test('what is told is heard, and what one may have missed is asked for again', async () => {
  const wire = line();
  const asked = [];
  const api = { ask: async (path) => (asked.push(path), { items: [report('1')], next: null }), act: async () => ({ answer: report('1', 'taken'), action: null }) };
  const moderation = new Moderation({ api, clock: wire.clock, connection: wire.connection });
  await wire.open({ ...HELLO, scope: 'chat:read moderate' });
  await settled();
  assert.equal(asked.length, 1);
  wire.socket.say({ type: 'report.opened', report: report('2') });
  assert.equal(moderation.reports.waiting, 2);
  await moderation.act({ kind: 'handleReport', id: '1', change: { state: 'taken' } });
  assert.equal(moderation.reports.waiting, 1);
  wire.socket.drop(1006);
  await wire.clock.advance(2_000);
  wire.socket.say({ ...HELLO, scope: 'chat:read moderate' });
  await settled();
  assert.equal(asked.length, 2);
});

test('who could see no report does not ask for any', async () => {
  const wire = line();
  const api = { ask: async () => assert.fail('nothing is to be asked') };
  new Moderation({ api, clock: wire.clock, connection: wire.connection });
  await wire.open({ ...HELLO, scope: 'chat:read chat:write' });
  await settled();
});

// Pages and their addresses

test('an address leads to a page or to a room, never to both', () => {
  assert.deepEqual([viewIn('#/reports'), viewIn('#/rooms/forge/audit'), viewIn('#forge'), viewIn('')], ['reports', 'rooms/forge/audit', '', '']);
  assert.deepEqual(viewOf('rooms/forge/settings'), { page: 'settings', room: 'forge' });
  assert.equal(addressOf({ page: 'settings', room: 'forge' }), '#/rooms/forge/settings');
  for (const one of [{ page: 'access', room: 'forge', user: 'bob' }, { page: 'audit', room: '', user: 'b.o-b_2' }]) assert.deepEqual(viewOf(viewIn(addressOf(one))), one);
  for (const none of ['fireworks', 'settings', 'rooms/forge/users', 'rooms/No/audit', 'rooms//audit']) assert.equal(viewOf(none), null, none);
});

test('pages are shown to whom they are for', () => {
  const pages = (me, room) => pagesFor(me, room).map(({ page }) => page);
  assert.deepEqual(pages(user('bob', 'member'), null), ['reports']);
  assert.deepEqual(pages(user('mo', 'moderator'), null), ['reports', 'sanctions', 'users']);
  assert.ok(['actions', 'audit', 'invites', 'filters'].every((page) => pages(user('ann', 'admin'), null).includes(page)));
  assert.deepEqual(pages(user('bob', 'member'), info('lobby')), ['access']);
  assert.equal(pages(user('cyn', 'member'), forge)[0], 'settings');
});

// Words

const server = (path) => readFileSync(new URL(`../../service/${path}`, import.meta.url), 'utf8');

test('each act that the server writes down has its sentence and its name', () => {
  const acts = [...server('chat/deeds.py').split('class What')[1].split('@dataclass')[0].matchAll(/^ {4}[A-Z_]+ = "([^"]+)"/gmu)].map(([, what]) => what);
  assert.ok(acts.length > 30, 'the search for acts finds them');
  assert.deepEqual(acts.filter((what) => !Object.hasOwn(ACTS, what)), []);
  assert.deepEqual([sentenceOf({ what: 'fireworks' }), nameOf('fireworks')], [null, 'fireworks']);
  assert.notEqual(sentenceOf({ what: 'messages.deleted' }), sentenceOf({ what: 'messages.deleted', room: 'forge' }));
});

test('each action, rule and rank of the server’s table is told in words', () => {
  const policy = server('chat/policy.py');
  const actions = [...policy.split('class Action')[1].split('class Rank')[0].matchAll(/= "([a-z]+)"/gu)].map(([, action]) => action);
  const ranks = [...policy.split('class Rank')[1].split('_ROOM_RANK')[0].matchAll(/([A-Z_]+) = \d/gu)].map(([, rank]) => rank.toLowerCase());
  const rules = [...policy.matchAll(/Rule\(\s*"([a-z_]+)"/gu)].map(([, rule]) => rule);
  assert.ok(actions.length > 8 && ranks.length > 4 && rules.length > 8, 'the search finds them');
  const untold = [...actions.filter((one) => actionName(one) === one), ...ranks.filter((one) => rankName(one) === one), ...rules.filter((one) => ruleName(one) === one)];
  assert.deepEqual(untold.filter((one) => one !== 'admin'), []);
});

test('a row says who did it, also where nobody is named', () => {
  assert.deepEqual(
    [{ by: 'mo' }, { by: 'system', request: 'command line' }, { by: 'system', request: 'server' }, { by: null }].map(actorOf),
    ['mo', 'The operator', 'The server', '(erased)'],
  );
});

test('the details of an act are sentences, and a name that may tell of somebody is not made up', () => {
  const told = (what, detail) => detailsOf({ what, detail }, () => '14:05');
  assert.deepEqual(told('user.role', { before: 'member', after: 'moderator' }), ['member → moderator']);
  assert.deepEqual(told('member.muted', { sanction: 's1', until: 5 }), ['until 14:05']);
  assert.deepEqual(told('member.muted', { sanction: 's1', until: null }), []);
  assert.deepEqual(told('messages.deleted', { messages: 12, rooms: 3 }), ['12 messages', 'in 3 rooms']);
  assert.deepEqual(told('member.unmuted', { expired: true }), ['by itself']);
  assert.deepEqual(told('room.changed', { name: true, locked: 'True', join_role: 'moderator' }), ['Name', 'Locked: yes', 'Who may join: moderator']);
  assert.deepEqual(told('undone', { action: 'a1', what: 'member.banned' }), ['Banned']);
});

// Slow mode

test('slow mode lets one wait from one’s last message on, and spares who moderates', () => {
  const log = { messages: [{ ...message(1, { author: 'bob' }), at: iso(0) }, { ...message(2, { author: 'cyn' }), at: iso(4_000) }] };
  const slow = info('lobby', { slow_mode: 10 });
  const wait = (ms, room = slow) => waitIn({ info: room, log }, 'bob', STARTED_AT + ms);
  assert.deepEqual([wait(0), wait(2_500), wait(10_000), wait(DAY_MS)], [10, 8, 0, 0]);
  assert.equal(wait(-DAY_MS), 10, 'a clock that is behind makes nobody wait for a day');
  assert.deepEqual([wait(0, info('lobby')), wait(0, info('lobby', { slow_mode: 10, you: MODERATED })), waitIn({ info: slow, log }, 'gus', STARTED_AT)], [0, 0, 0]);
});
