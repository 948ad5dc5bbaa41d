import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Api } from '../../service/web/chat/api.js';
import { Problem } from '../../service/web/chat/problem.js';
import { house, json } from './house.js';

function apiOn(answers) {
  const server = house(answers);
  let count = 1;
  const session = { token: async () => `t${count}`, refresh: async () => `t${(count += 1)}` };
  return { api: new Api({ fetch: server.fetch, session }), server };
}

const REFUSED = json({ title: 'Sign in first.', status: 401, detail: 'Sign in first.', code: 'unauthenticated' }, 401);

test('a call brings its token in the header, never in the address', async () => {
  const { api, server } = apiOn({ 'GET /api/me': json({ username: 'bob' }) });
  await api.me();
  assert.equal(server.asked[0].headers.Authorization, 'Bearer t1');
  assert.equal(server.asked[0].path, '/api/me');
});

test('what a stranger may call goes without one', async () => {
  const { api, server } = apiOn({ 'POST /api/setup': json({ username: 'ann' }, 201) });
  await api.setUp({ token: 's', username: 'ann', password: 'p' });
  assert.equal(server.asked[0].headers.Authorization, undefined);
});

test('a token that died on the way is renewed, once', async () => {
  const { api, server } = apiOn({ 'GET /api/me': (call) => (call.headers.Authorization.endsWith('t2') ? json({ username: 'bob' }) : REFUSED) });
  assert.deepEqual(await api.me(), { username: 'bob' });
  const stubborn = apiOn({ 'GET /api/me': REFUSED });
  await assert.rejects(stubborn.api.me(), (error) => error.code === 'unauthenticated');
  assert.deepEqual([server.asked.length, stubborn.server.asked.length], [2, 2]);
});

test('a list is read to its last page', async () => {
  const pages = { '': { items: [1, 2], next: 'c1' }, c1: { items: [3], next: null } };
  const { api } = apiOn({ 'GET /api/rooms': (call) => json(pages[new URLSearchParams(call.path.split('?')[1]).get('cursor') ?? '']) });
  assert.deepEqual(await api.rooms(), [1, 2, 3]);
});

test('names in an address are made safe for it', async () => {
  const { api, server } = apiOn({ 'PUT /api/rooms/den/members/..%2Fme': json(null, 204) });
  await api.addMember('den', '../me');
  assert.equal(server.asked.length, 1);
});

test('a problem keeps what helps: the sentence, the code, the rule, when to come back', async () => {
  const body = { detail: 'The room is in slow mode.', code: 'slow_mode', retry_after: 4, why: { rule: 'slow_mode', by: 'mo' } };
  const { api } = apiOn({ 'GET /api/me': json(body, 429, { 'Retry-After': '9' }) });
  await assert.rejects(api.me(), (problem) => {
    assert.ok(problem instanceof Problem);
    assert.deepEqual([problem.message, problem.code, problem.retryAfter, problem.why.by], [body.detail, 'slow_mode', 4, 'mo']);
    return true;
  });
});

test('a problem says which field was wrong', async () => {
  const errors = [{ field: 'username', message: 'This name is taken.' }, { field: 'body.password', message: 'Too short.' }];
  const { api } = apiOn({ 'POST /api/users': json({ detail: 'Invalid.', code: 'invalid', errors }, 422) });
  await assert.rejects(api.signUp({ username: 'ann', password: 'x' }), (problem) => {
    assert.deepEqual(problem.fields, { username: 'This name is taken.', password: 'Too short.' });
    return true;
  });
});

test('a page of HTML from something in between is a problem like any other', async () => {
  const { api } = apiOn({ 'GET /api/me': new Response('<h1>Bad gateway</h1>', { status: 502, headers: { 'Retry-After': '3' } }) });
  await assert.rejects(api.me(), (problem) => {
    assert.deepEqual([problem.status, problem.retryAfter, problem.message], [502, 3, 'The server could not do that.']);
    return true;
  });
});

test('no network is a problem in words too', async () => {
  const { api } = apiOn({ 'GET /api/me': new TypeError('Failed to fetch') });
  await assert.rejects(api.me(), (problem) => problem instanceof Problem && /can’t be reached/u.test(problem.message));
});
