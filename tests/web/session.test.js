import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Problem } from '../../service/web/chat/problem.js';
import { Session, SessionEnded } from '../../service/web/chat/session.js';
import { granted, house, json, tokenOf } from './house.js';
import { VirtualClock } from './virtual_clock.js';

const INVALID = json({ error: 'invalid_grant', error_description: 'no' }, 400);

function sessionIn(answers, { signedInBefore = false } = {}) {
  const server = house(answers);
  const clock = new VirtualClock();
  let hint = signedInBefore;
  const remembered = { get: () => hint, set: (value) => (hint = value) };
  const session = new Session({ fetch: server.fetch, clock, remembered });
  const changes = [];
  session.addEventListener('change', () => changes.push(session.endedBy === 'person' ? session.state : `${session.state} by the ${session.endedBy}`));
  return { session, server, clock, changes, hint: () => hint };
}

test('signing in asks for the cookie, and keeps the access token to itself', async () => {
  const { session, server, hint, changes } = sessionIn({ 'POST /oauth/token': granted('u-bob') });
  await session.signIn('bob', 'folkmoot-demo');
  const [call] = server.asked;
  assert.deepEqual(call.body, { grant_type: 'password', username: 'bob', password: 'folkmoot-demo' });
  assert.equal(call.headers['Folkmoot-Cookie'], '1');
  assert.deepEqual([changes, hint()], [['signed-in'], true]);
  assert.ok(!JSON.stringify(session).includes(tokenOf('u-bob')), 'nothing that lists its fields shows the token');
});

test('a wrong password changes nothing', async () => {
  const { session, changes, hint } = sessionIn({ 'POST /oauth/token': INVALID });
  await assert.rejects(session.signIn('bob', 'guess'), (error) => error instanceof Problem && error.code === 'invalid_grant');
  assert.deepEqual([changes, hint(), session.state], [[], false, 'unknown']);
});

test('a visitor who never signed in is not answered with a refused request', async () => {
  const { session, server } = sessionIn({});
  await session.restore();
  assert.deepEqual([session.state, server.asked], ['signed-out', []]);
});

test('the cookie brings back the session of yesterday', async () => {
  const { session, server } = sessionIn({ 'POST /oauth/token': granted('u-bob') }, { signedInBefore: true });
  await session.restore();
  assert.equal(session.state, 'signed-in');
  assert.deepEqual(server.asked[0].body, { grant_type: 'refresh_token' });
});

test('a cookie that ran out asks to sign in, without a word about the server', async () => {
  const { session, changes, hint } = sessionIn({ 'POST /oauth/token': INVALID }, { signedInBefore: true });
  await session.restore();
  assert.deepEqual([changes, hint()], [['signed-out'], false]);
});

test('without a network nothing is decided, and the cookie is tried again later', async () => {
  const { session, hint } = sessionIn({ 'POST /oauth/token': new TypeError('offline') }, { signedInBefore: true });
  await assert.rejects(session.restore(), (error) => error instanceof Problem && error.code === 'unreachable');
  assert.deepEqual([session.state, hint()], ['unknown', true]);
});

test('a token is renewed shortly before it ends, and only then', async () => {
  const { session, server, clock } = sessionIn({ 'POST /oauth/token': (_, n) => granted('u-bob', n) });
  await session.signIn('bob', 'folkmoot-demo');
  await clock.advance(869_000);
  assert.equal(await session.token(), tokenOf('u-bob', 1));
  await clock.advance(2_000);
  assert.equal(await session.token(), tokenOf('u-bob', 2));
  assert.equal(server.asked.length, 2);
});

test('all who need a new token at once share one renewal: a refresh token is good for one use', async () => {
  const { session, server } = sessionIn({ 'POST /oauth/token': (_, n) => granted('u-bob', n) });
  await session.signIn('bob', 'folkmoot-demo');
  const tokens = await Promise.all([session.refresh(), session.refresh(), session.refresh()]);
  assert.deepEqual([new Set(tokens).size, server.asked.length], [1, 2]);
});

test('a refused renewal is the end of the session, and says that the server ended it', async () => {
  let answer = granted('u-bob');
  const { session, changes, hint } = sessionIn({ 'POST /oauth/token': () => answer });
  await session.signIn('bob', 'folkmoot-demo');
  answer = INVALID;
  await assert.rejects(session.refresh(), SessionEnded);
  assert.deepEqual([changes.at(-1), hint()], ['signed-out by the server', false]);
  await assert.rejects(session.token(), SessionEnded);
});

test('a server that is busy does not end a session', async () => {
  let answer = granted('u-bob');
  const { session } = sessionIn({ 'POST /oauth/token': () => answer });
  await session.signIn('bob', 'folkmoot-demo');
  answer = json({ title: 'busy', detail: 'Busy.', code: 'unavailable' }, 503);
  await assert.rejects(session.refresh(), Problem);
  assert.equal(session.state, 'signed-in');
});

test('when another person signs in in another tab, this one does not go on in their name', async () => {
  let answer = granted('u-bob');
  const { session } = sessionIn({ 'POST /oauth/token': () => answer });
  await session.signIn('bob', 'folkmoot-demo');
  answer = granted('u-ann');
  await assert.rejects(session.refresh(), SessionEnded);
  assert.equal(session.state, 'signed-out');
});

test('signing out ends it on the server, and here also where the server can’t be reached', async () => {
  for (const answer of [json({}), new TypeError('offline')]) {
    const { session, server, changes, hint } = sessionIn({ 'POST /oauth/token': granted('u-bob'), 'POST /oauth/revoke': answer });
    await session.signIn('bob', 'folkmoot-demo');
    await session.signOut();
    assert.deepEqual(server.asked.at(-1).body, { token: tokenOf('u-bob') });
    assert.deepEqual([changes.at(-1), hint()], ['signed-out', false]);
  }
});

test('a renewal under way when one signs out does not sign in again', async () => {
  let answer = granted('u-bob');
  const { session } = sessionIn({ 'POST /oauth/token': () => answer, 'POST /oauth/revoke': json({}) });
  await session.signIn('bob', 'folkmoot-demo');
  answer = new Promise((resolve) => setImmediate(() => resolve(granted('u-bob', 'late'))));
  const renewal = session.refresh();
  await session.signOut();
  await assert.rejects(renewal, SessionEnded);
  assert.equal(session.state, 'signed-out');
});

test('who signs out in another tab is out here too, and told where', async () => {
  const { session, changes } = sessionIn({ 'POST /oauth/token': granted('u-bob') }, { signedInBefore: true });
  await session.restore();
  session.signedOutElsewhere();
  assert.deepEqual(changes, ['signed-in', 'signed-out by the tab']);
});

test('a sign-in elsewhere is for the tab at the door, and changes nothing for who is in', async () => {
  let hint = false;
  const server = house({ 'POST /oauth/token': granted('u-bob') });
  const session = new Session({ fetch: server.fetch, clock: new VirtualClock(), remembered: { get: () => hint, set: (value) => (hint = value) } });
  await session.restore();
  assert.equal(session.state, 'signed-out');
  hint = true; // the other tab keeps it for both
  await session.signedInElsewhere('u-bob');
  assert.deepEqual([session.state, session.subject], ['signed-in', 'u-bob']);
  await session.signedInElsewhere('u-bob');
  assert.equal(server.asked.length, 1);
});

test('a sign-in as somebody else ends this one, and a reload goes on as them', async () => {
  const { session, changes, hint } = sessionIn({ 'POST /oauth/token': granted('u-bob') });
  await session.signIn('bob', 'folkmoot-demo');
  await session.signedInElsewhere('u-ann');
  assert.deepEqual([changes, hint()], [['signed-in', 'signed-out by the other'], true]);
});

test('a sign-in elsewhere that can’t be followed leaves the door as it is', async () => {
  const { session, changes } = sessionIn({ 'POST /oauth/token': new TypeError('offline') });
  await session.restore();
  await session.signedInElsewhere('u-bob');
  assert.deepEqual([session.state, changes], ['signed-out', ['signed-out']]);
});

test('who goes on without a server goes on as themselves, and not as whoever signed in meanwhile', async () => {
  let answer = new TypeError('offline');
  const { session, changes } = sessionIn({ 'POST /oauth/token': () => answer }, { signedInBefore: true });
  await assert.rejects(session.restore(), Problem);
  session.presume('u-bob');
  await assert.rejects(session.token(), Problem);
  assert.deepEqual([session.state, changes], ['signed-in', []]);
  answer = granted('u-bob');
  await session.token();
  assert.deepEqual([session.state, session.subject, changes], ['signed-in', 'u-bob', []]);

  const other = sessionIn({ 'POST /oauth/token': () => granted('u-ann') }, { signedInBefore: true });
  other.session.presume('u-bob');
  await assert.rejects(other.session.token(), SessionEnded);
  assert.deepEqual(other.changes, ['signed-out by the other']);
});

test('who signs out of a page that began without a server ends the session by its cookie', async () => {
  const { session, server, hint } = sessionIn({ 'POST /oauth/revoke': json({}) }, { signedInBefore: true });
  session.presume('u-bob');
  await session.signOut();
  assert.deepEqual([session.state, server.asked.at(-1).body, hint()], ['signed-out', {}, false]);
  await session.signOut();
  assert.equal(server.asked.length, 1, 'once');
});
