/** What people read: links, names, reasons, times, addresses, and the list that a timeline shows. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pieces } from '../../service/web/chat/links.js';
import { Moments } from '../../service/web/chat/moments.js';
import { Names, hue, initials } from '../../service/web/chat/names.js';
import { Nonces } from '../../service/web/chat/nonce.js';
import { programInWords } from '../../service/web/chat/programs.js';
import { deletionSentence, refusalSentence, removalSentence } from '../../service/web/chat/reasons.js';
import { gateInWords, passes } from '../../service/web/chat/roles.js';
import { placeIn, routeOf, slugFrom } from '../../service/web/chat/route.js';
import { entries } from '../../service/web/chat/timeline.js';
import { message } from './room_stage.js';
import { STARTED_AT, VirtualClock } from './virtual_clock.js';

const links = (text) => pieces(text).filter(({ href }) => href).map(({ text: shown }) => shown);
const moments = new Moments('en-GB', 'UTC');
const time = (iso) => moments.time(iso);

test('http, https and mailto become links, and nothing else does', () => {
  assert.deepEqual(links('see https://a.example/x and http://b.example or mailto:ann@c.example'), ['https://a.example/x', 'http://b.example', 'mailto:ann@c.example']);
  for (const text of ['javascript:alert(1)', 'data:text/html,x', '//evil.example', 'file:///etc/passwd', 'vbscript:x', 'http://', 'xhttps://a.example']) {
    assert.deepEqual(links(text), [], text);
  }
});

test('a sentence around a link is not part of it', () => {
  assert.deepEqual(links('(https://a.example/b).'), ['https://a.example/b']);
  assert.deepEqual(links('https://a.example/w_(x), and "https://b.example!"'), ['https://a.example/w_(x)', 'https://b.example']);
});

test('the pieces are the text, whatever is in it', () => {
  for (const text of ['', 'plain', '<b>https://a.example</b> & more', 'https://a.example', `${'https://a.example/('.repeat(300)}`]) {
    assert.equal(pieces(text).map((piece) => piece.text).join(''), text);
  }
});

test('a person is called what they were last called', () => {
  const names = new Names();
  assert.equal(names.of('ann'), 'ann');
  names.learn({ username: 'ann', name: 'Ann Archer' });
  names.learn({ username: 'bob', name: '' });
  assert.deepEqual([names.of('ann'), names.of('bob')], ['Ann Archer', 'bob']);
});

test('initials come from the name, also where it has none to give', () => {
  assert.deepEqual(['Ann Archer', 'bob', 'Élise de la Tour', '🦊 Fox', '   '].map(initials), ['AA', 'B', 'ÉT', '🦊F', '?']);
  assert.equal(hue('ann'), hue('ann'));
  assert.notEqual(hue('ann'), hue('bob'));
});

test('a session is known by what its user would call the program', () => {
  const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36';
  const safari = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 (KHTML, like Gecko) Version/18.0 Safari/604';
  const edge = `${chrome.replace('X11; Linux x86_64', 'Windows NT 10.0')} Edg/150.0`;
  const programs = [chrome, safari, edge, 'curl/8.5.0', 'python-httpx/0.28', ''].map(programInWords);
  assert.deepEqual(programs, ['Chrome on Linux', 'Safari on iOS', 'Edge on Windows', 'curl', 'python-httpx', 'Unknown program']);
});

test('a sanction says until when, by whom and why, as far as anybody said so', () => {
  const why = { rule: 'mute', by: 'mo', until: '2026-09-22T14:05:00.000Z', reason: 'spam' };
  const muted = (details) => refusalSentence({ message: 'You are muted.', why: { rule: 'mute', ...details } }, time);
  assert.equal(muted(why), 'You are muted until 14:05 by mo: spam.');
  assert.equal(muted({ by: 'mo' }), 'You are muted by mo.');
  assert.equal(muted({ reason: 'Why not?' }), 'You are muted: Why not?');
  assert.equal(muted({ by: 'mo', until: '9999-12-31T23:59:59.999Z' }), 'You are muted by mo.', 'the end of time is no end');
  assert.equal(muted({ by: 'system' }), 'You are muted by the server.');
});

test('a rule of the room says who set it, when and why', () => {
  const locked = (details) => refusalSentence({ message: 'This room is locked.', why: { rule: 'locked', ...details } }, time);
  assert.equal(locked({ by: 'ann', since: '2026-09-22T13:50:00.000Z', reason: 'exams' }), 'This room is locked. Set by ann (13:50): exams.');
  assert.equal(locked({ by: 'ann' }), 'This room is locked. Set by ann.');
  assert.equal(locked({ reason: 'exams' }), 'This room is locked. Reason: exams.');
  assert.equal(locked({}), 'This room is locked.');
  assert.equal(refusalSentence({ message: 'There is no such room.' }, time), 'There is no such room.');
});

test('a removal says what happened, also by a code that is new', () => {
  assert.equal(removalSentence({ code: 'kicked', by: 'mo', reason: 'too loud' }, time), 'You were removed from this room by mo: too loud.');
  assert.equal(
    removalSentence({ code: 'banned', by: 'mo', until: '2026-09-22T14:05:00.000Z', reason: 'spam' }, time),
    'You are banned from this room until 14:05 by mo: spam.',
  );
  assert.equal(removalSentence({ code: 'role_too_low', by: 'ann' }, time), 'This room is now for a higher role than yours. Set by ann.');
  assert.equal(removalSentence({ code: 'evaporated' }, time), 'You are no longer in this room.');
});

test('a deleted message says by whom', () => {
  const said = (by) => deletionSentence(by, 'bob');
  assert.deepEqual(['bob', 'mo', 'system'].map(said), [
    'You deleted this message.',
    'This message was deleted by mo.',
    'This message was deleted by the server.',
  ]);
});

test('a gate is told in words and seen before it is tried', () => {
  assert.deepEqual(['guest', 'member', 'moderator', 'admin'].map(gateInWords), ['everyone', 'members and above', 'moderators and above', 'admins']);
  assert.deepEqual([passes('guest', 'member'), passes('member', 'member'), passes('admin', 'member')], [false, true, true]);
});

test('secrets are read from the fragment and leave the address', () => {
  assert.deepEqual(routeOf('/setup', '#token=s3cret'), { page: 'set-up', secret: 's3cret', room: '', message: '', address: '/setup' });
  assert.deepEqual(routeOf('/signup', '#invite=a%2Bb'), { page: 'sign-up', secret: 'a+b', room: '', message: '', address: '/signup' });
  assert.equal(routeOf('/reset', '#token=x').page, 'reset');
  assert.equal(routeOf('/signup', '').secret, '');
});

test('a room has an address, and what is none is the front door', () => {
  assert.deepEqual(routeOf('/', '#lobby'), { page: 'chat', secret: '', room: 'lobby', message: '', address: '/#lobby' });
  assert.deepEqual(placeIn('#lobby/m1a2-00002a'), { room: 'lobby', message: 'm1a2-00002a' });
  assert.deepEqual(placeIn('#lobby/m1/x'), { room: '', message: '' });
  for (const fragment of ['', '#', '#Not A Room', '#../x', '#token=x']) assert.equal(routeOf('/', fragment).room, '');
});

test('a name suggests its address', () => {
  assert.deepEqual(['Lunch & Tea', ' Überraschung! ', '---', '日本'].map(slugFrom), ['lunch-tea', 'uberraschung', '', '']);
});

test('nonces sort by time, and two of one moment differ', () => {
  const clock = new VirtualClock();
  const nonces = new Nonces(clock, () => 0.25);
  const made = Array.from({ length: 40 }, () => nonces.next());
  assert.equal(new Set(made).size, 40);
  assert.ok(made.every((nonce) => nonce.length <= 64 && /^[0-9a-z-]+$/u.test(nonce)));
  assert.ok(made[0] < new Nonces({ now: () => STARTED_AT + 1_000 }, () => 0).next());
});

test('days are named by how near they are', () => {
  const now = Date.parse('2026-11-22T15:00:00Z');
  const day = (iso) => moments.day(iso, now);
  assert.deepEqual(
    ['2026-11-22T00:00:00Z', '2026-11-21T23:59:59Z', '2026-11-20T12:00:00Z', '2025-03-03T12:00:00Z'].map(day),
    ['Today', 'Yesterday', 'Friday 20 November', '3 March 2025'],
  );
  assert.equal(moments.short('2026-11-22T14:05:00Z', now), '14:05');
  assert.equal(moments.short('2026-11-20T14:05:00Z', now), 'Friday, 14:05');
});

function shown(messages, { outgoing = [], line = null } = {}) {
  const list = entries({ messages, outgoing, me: 'bob', line, dayKey: (at) => moments.dayKey(at) });
  return list.map((entry) => `${entry.kind}${entry.opens ? ' opens' : ''}`);
}

const at = (message, iso) => ({ ...message, at: iso });

test('one person’s messages stand together for five minutes, and on one day', () => {
  const list = shown([
    at(message(1), '2026-09-22T10:00:00Z'),
    at(message(2), '2026-09-22T10:04:59Z'),
    at(message(3, { author: 'bob' }), '2026-09-22T10:05:00Z'),
    at(message(4), '2026-09-22T10:05:30Z'),
    at(message(5), '2026-09-22T10:10:31Z'),
    at(message(6), '2026-09-23T00:00:00Z'),
  ]);
  assert.deepEqual(list, ['day', 'message opens', 'message', 'message opens', 'message opens', 'message opens', 'day', 'message opens']);
});

test('the line stands above the first new message, which opens a group of its own', () => {
  const list = shown([at(message(1), '2026-09-22T10:00:00Z'), at(message(2), '2026-09-22T10:01:00Z')], { line: 1 });
  assert.deepEqual(list, ['day', 'message opens', 'new', 'message opens']);
});

test('a message keeps its place in the list from writing to history', () => {
  const key = (view) => entries({ messages: [], outgoing: [], me: 'bob', line: null, dayKey: () => 'd', ...view }).at(-1).key;
  const before = key({ outgoing: [{ nonce: 'n1', text: 'hi', at: STARTED_AT, state: 'sending' }] });
  assert.equal(key({ messages: [message(4, { author: 'bob', nonce: 'n1' })] }), before);
  assert.notEqual(key({ messages: [message(4, { author: 'ann', nonce: 'n1' })] }), before, 'a nonce is its author’s own');
});
