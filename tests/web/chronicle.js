/**
 * A room as a server keeps it: what is done there makes events, pages show messages as they are now, and so does a
 * replay. With chance in it, to try what nobody would think of.
 */

import { AT, message } from './room_stage.js';

const PEOPLE = ['ann', 'bob', 'cyn'];
const EMOJI = ['👍', '🎉'];
const PAGE = 7;

/** The same numbers between 0 and 1 each time, for the same seed. */
export function chance(seed) {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

export class Chronicle {
  events = [];
  #messages = new Map();
  #random;

  constructor(random) {
    this.#random = random;
  }

  get seq() {
    return this.events.length;
  }

  /** The messages as they are now, oldest first; each its own copy. */
  get messages() {
    return structuredClone([...this.#messages.values()]);
  }

  /** The room's own messages, as a reader should see them in the end. */
  get timeline() {
    return this.messages.filter(({ root }) => root === undefined);
  }

  replies(root) {
    return this.messages.filter((one) => one.root === root);
  }

  /** One thing happens. */
  step() {
    const acts = ['post', 'post', 'post', 'reply', 'edit', 'react', 'react', 'pin', 'remove', 'restore', 'join'];
    this[this.#pick(acts)]();
  }

  post(root) {
    const author = this.#pick(PEOPLE);
    const said = message(this.seq + 1, { author, ...(root && { root }) });
    this.#messages.set(said.id, said);
    if (root) {
      const under = this.#messages.get(root);
      under.thread = { replies: (under.thread?.replies ?? 0) + 1, last_seq: said.seq, last_at: AT };
    }
    this.#happens('message.posted', { message: said });
  }

  reply() {
    const under = this.#any(({ root, deleted }) => !root && !deleted);
    if (under) this.post(under.id);
  }

  edit() {
    const one = this.#any(({ deleted }) => !deleted);
    if (!one) return;
    Object.assign(one, { text: `edited at ${this.seq + 1}`, edited_at: AT });
    this.#happens('message.edited', { message: one });
  }

  react() {
    const one = this.#any(({ deleted }) => !deleted);
    if (!one) return;
    const [user, emoji] = [this.#pick(PEOPLE), this.#pick(EMOJI)];
    const there = one.reactions.find((reaction) => reaction.emoji === emoji);
    const taken = there?.users.includes(user) ?? false;
    if (taken) {
      there.users = there.users.filter((name) => name !== user);
      there.count -= 1;
      one.reactions = one.reactions.filter(({ count }) => count > 0);
    } else if (there) {
      there.users.push(user);
      there.count += 1;
    } else {
      one.reactions.push({ emoji, count: 1, users: [user] });
    }
    const count = one.reactions.find((reaction) => reaction.emoji === emoji)?.count ?? 0;
    this.#happens(taken ? 'reaction.removed' : 'reaction.added', { message_id: one.id, emoji, user, count });
  }

  pin() {
    const one = this.#any(({ deleted }) => !deleted);
    if (!one) return;
    const { pinned } = one;
    if (pinned) delete one.pinned;
    else one.pinned = { by: 'mo', at: AT };
    this.#happens(pinned ? 'message.unpinned' : 'message.pinned', { message_id: one.id, by: 'mo' });
  }

  remove() {
    const one = this.#any(({ deleted }) => !deleted);
    if (!one) return;
    one.was = { text: one.text, reactions: one.reactions, pinned: one.pinned };
    Object.assign(one, { text: '', reactions: [], deleted: { by: 'mo', at: AT } });
    delete one.pinned;
    this.#happens('message.deleted', { message_id: one.id, by: 'mo' });
  }

  restore() {
    const one = this.#any(({ deleted }) => deleted);
    if (!one) return;
    const { was } = one;
    delete one.was;
    delete one.deleted;
    Object.assign(one, { text: was.text, reactions: was.reactions, ...(was.pinned && { pinned: was.pinned }) });
    this.#happens('message.restored', { message: one, by: 'mo' });
  }

  join() {
    this.#happens('member.joined', { member: { user: 'gus', name: 'Gus', role: 'member', joined_at: AT } });
  }

  /** A page of history, of what is there now. */
  page({ before, after }) {
    const all = this.messages.map(shown);
    if (after !== undefined) {
      const found = all.filter(({ seq }) => seq > after);
      const items = found.slice(0, PAGE);
      return { items, next: found.length > PAGE ? items.at(-1).seq : null };
    }
    const found = before === undefined ? all : all.filter(({ seq }) => seq < before);
    const items = found.slice(-PAGE);
    return { items, next: found.length > PAGE ? items[0].seq : null };
  }

  /** What came after a seq, with the messages as they are now: so a join answers. */
  replay(since) {
    return this.events.slice(since).map((event) => {
      if (!event.message) return event;
      return { ...event, message: shown(structuredClone(this.#messages.get(event.message.id))) };
    });
  }

  #happens(type, carries) {
    const message = carries.message && { message: shown(structuredClone(carries.message)) };
    this.events.push({ type, room: 'lobby', seq: this.seq + 1, at: AT, ...carries, ...message });
  }

  #any(fits) {
    const found = [...this.#messages.values()].filter(fits);
    return found.length > 0 ? this.#pick(found) : undefined;
  }

  #pick(list) {
    return list[Math.floor(this.#random() * list.length)];
  }
}

/** Without what the server keeps for itself; reactions in an order that says nothing. */
export function shown({ was: _, ...message }) {
  const reactions = message.reactions.map((one) => ({ ...one, users: [...one.users].sort() }));
  return { ...message, reactions: reactions.sort((a, b) => (a.emoji < b.emoji ? -1 : 1)) };
}
