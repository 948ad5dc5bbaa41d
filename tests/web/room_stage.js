/**
 * bob in the lobby: a room with everything around it, and a log on the server's side to take events from.
 */

import { Claims } from '../../service/web/chat/claims.js';
import { Drafts } from '../../service/web/chat/drafts.js';
import { Names } from '../../service/web/chat/names.js';
import { Nonces } from '../../service/web/chat/nonce.js';
import { Postbox } from '../../service/web/chat/postbox.js';
import { Room } from '../../service/web/chat/room.js';
import { MemoryStore } from '../../service/web/chat/store.js';
import { Threads } from '../../service/web/chat/threads.js';
import { HELLO, line } from './line.js';

export const AT = '2026-09-22T12:30:00.000Z';

export function info(slug, changes = {}) {
  return {
    slug,
    name: slug,
    topic: '',
    visibility: 'public',
    join_role: 'guest',
    post_role: 'guest',
    locked: false,
    slow_mode: 0,
    seq: 0,
    members: 1,
    created_at: AT,
    you: { role: 'member', can: ['see', 'read', 'join', 'post'] },
    ...changes,
  };
}

export function message(seq, { author = 'ann', text = `message ${seq}`, room = 'lobby', nonce, root } = {}) {
  const by = { username: author, name: author, role: 'member', bot: false };
  const more = { ...(nonce && { nonce }), ...(root && { root, reply_to: root }) };
  return { id: `m${seq}`, room, seq, author: by, text, at: AT, reactions: [], ...more };
}

export function posted(seq, options) {
  return { type: 'message.posted', room: options?.room ?? 'lobby', seq, at: AT, message: message(seq, options) };
}

export function snapshot(seqs, { seq = seqs.at(-1) ?? 0, online = ['bob'], epoch = 'e1', room = info('lobby') } = {}) {
  const you = room.you?.role && { read: seq, unread: 0, mentions: 0, ...room.you };
  return { room: { ...room, seq, ...(you && { you }) }, seq, epoch, online, reset: true, messages: seqs.map((one) => message(one)) };
}

export function replay(events, { seq, epoch = 'e1', online = ['bob'], room = info('lobby') } = {}) {
  return { room, seq: seq ?? events.at(-1)?.seq ?? 0, epoch, online, events };
}

/** What the server says of somebody's rights: `closed` are the rules that stand in the way, by action. */
export function permissions(closed = {}) {
  const rules = (action) => [{ rule: 'visibility', holds: true }, ...(closed[action] ? [{ holds: false, ...closed[action] }] : [])];
  return { actions: ['join', 'post'].map((action) => ({ action, allowed: !closed[action], rules: rules(action) })) };
}

/**
 * The room on an open line, not joined yet. `pages` answers calls for history; `server.room` and `server.permissions`
 * are what the server says when asked, an Error being a network that fails; `asked` is what it was asked.
 */
export async function stage({ pages = async () => ({ items: [], next: null }), room: first = info('lobby'), api: more = {} } = {}) {
  const wire = line();
  const server = { room: info('lobby', { topic: 'fresh', seq: 1_000 }), permissions: permissions() };
  const asked = [];
  const answer = (what) => async () => {
    asked.push(what);
    if (server[what] instanceof Error) throw server[what];
    return server[what];
  };
  const api = {
    messages: (slug, from) => pages(from),
    members: async () => [],
    threads: async () => [],
    room: answer('room'),
    permissions: answer('permissions'),
    ...more,
  };
  const store = new MemoryStore();
  const me = () => HELLO.user;
  const threads = new Threads({ api, me });
  const room = new Room(first, {
    connection: wire.connection,
    api,
    names: new Names(),
    nonces: new Nonces(wire.clock, () => 0.5),
    clock: wire.clock,
    threads,
    drafts: new Drafts({ store, clock: wire.clock }),
    postbox: new Postbox({ store, claims: new Claims(undefined, 'only'), account: me().id }),
    me,
  });
  await wire.open();
  return {
    wire,
    room,
    store,
    threads,
    server,
    asked,
    clock: wire.clock,
    /** What the chat does when a connection goes and another comes. */
    async reconnect() {
      wire.socket.drop(1006);
      room.disconnected();
      await wire.clock.advance(1_000);
      wire.socket.say(HELLO);
      room.join();
    },
    texts: () => room.log.messages.map(({ text }) => text),
  };
}
