/** What somebody who looks elsewhere is told, and in which tab. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Levels } from '../../service/web/chat/levels.js';
import { Notifier } from '../../service/web/chat/notifier.js';
import { Preferences } from '../../service/web/chat/preferences.js';
import { Tabs } from '../../service/web/chat/tabs.js';
import { Air, LockTable, storageOver } from './browser.js';
import { message } from './room_stage.js';
import { settled } from './virtual_clock.js';

const INFOS = { lobby: { slug: 'lobby', name: 'Lobby', visibility: 'public' }, 'direct-1': { slug: 'direct-1', name: '', visibility: 'direct' } };

/** A browser of bob's, with as many tabs as are asked for. */
function browser(count = 1) {
  const [air, locks, kept] = [new Air(), new LockTable(), new Map()];
  const told = [];
  const preferences = new Preferences(storageOver(kept));
  preferences.notify = true;
  const levels = new Levels(preferences, 'u-bob');
  const tabs = Array.from({ length: count }, (_, i) => {
    const own = locks.tab();
    const tab = new Tabs({ channel: air.channel(), locks: own });
    const connection = new EventTarget();
    const rooms = new Map(Object.entries(INFOS).map(([slug, info]) => [slug, { info }]));
    const chat = { me: { username: 'bob' }, connection, rooms };
    const wanted = () => preferences.notify;
    new Notifier({ chat, levels, tabs: tab, wanted, tell: (telling) => told.push({ tab: i, ...telling }) });
    return { tab, connection, close: own.close };
  });
  const hear = async (type, said) => {
    for (const { connection } of tabs) connection.dispatchEvent(new CustomEvent('frame', { detail: { type, message: said } }));
    await settled();
  };
  return { told, tabs, levels, preferences, hear };
}

const said = (seq, more = {}) => ({ ...message(seq), id: `m${seq}`, room: 'lobby', ...more });

test('a call is told once, in one tab, with who, where and what', async () => {
  const { told, hear } = browser(3);
  const call = said(7, { text: '@bob are you there?' });
  await hear('mentioned', call);
  await hear('message.posted', call);
  assert.deepEqual(told, [{ tab: 0, title: 'ann in Lobby', body: '@bob are you there?', address: '#lobby/m7', tag: 'folkmoot lobby' }]);
});

test('what calls nobody is not told, until one wants all of the room', async () => {
  const { told, levels, hear } = browser();
  await hear('message.posted', said(1));
  levels.set(INFOS.lobby, 'all');
  await hear('message.posted', said(2));
  await hear('message.posted', said(3, { root: 'm1' }));
  levels.set(INFOS.lobby, 'none');
  await hear('mentioned', said(4));
  assert.deepEqual(told.map(({ address }) => address), ['#lobby/m2']);
});

test('who writes directly is told by name', async () => {
  const { told, hear } = browser();
  await hear('message.posted', said(1, { room: 'direct-1', text: '', files: [{ name: 'plan.pdf' }] }));
  assert.deepEqual([told[0].title, told[0].body], ['ann', 'plan.pdf']);
});

test('one’s own words, and what is on the screen in any tab, are not told', async () => {
  const { told, tabs, hear } = browser(2);
  await hear('mentioned', said(1, { author: { ...message(1).author, username: 'bob' } }));
  tabs[1].tab.look('lobby');
  await hear('mentioned', said(2));
  tabs[1].tab.look('');
  await settled();
  await hear('mentioned', said(3));
  assert.deepEqual(told.map(({ address }) => address), ['#lobby/m3']);
});

test('when the tab that tells is closed, the next one goes on', async () => {
  const { told, tabs, hear } = browser(2);
  tabs[0].close();
  tabs[0].tab.leads = false;
  tabs[0].connection = new EventTarget();
  await settled();
  await hear('mentioned', said(1));
  assert.deepEqual(told.map(({ tab }) => tab), [1]);
});

test('who did not ask for it is told nothing', async () => {
  const { told, preferences, hear } = browser();
  preferences.notify = false;
  await hear('mentioned', said(1));
  assert.deepEqual(told, []);
});

test('a long text is cut between two signs and not within one', async () => {
  const { told, hear } = browser();
  await hear('mentioned', said(1, { text: '🦊'.repeat(400) }));
  assert.equal([...told[0].body].length, 181);
  assert.ok(told[0].body.isWellFormed());
});

test('without locks each tab tells, and the system shows one for each room', async () => {
  const tab = new Tabs({ channel: undefined, locks: undefined });
  assert.equal(tab.leads, true);
  tab.look('lobby');
  assert.deepEqual([await tab.looksAt('lobby'), await tab.looksAt('news')], [true, false]);
});

test('tabs hear what the others tell, and not themselves', () => {
  const air = new Air();
  const heard = [];
  const [first] = ['first', 'second'].map((name) => {
    const tab = new Tabs({ channel: air.channel(), locks: undefined });
    tab.addEventListener('told', ({ detail }) => heard.push([name, detail.type]));
    return tab;
  });
  first.tell({ type: 'signed-out' });
  assert.deepEqual(heard, [['second', 'signed-out']]);
});
