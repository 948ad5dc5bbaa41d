/**
 * What an event makes of the message that it is about. Pure, and idempotent as long as events come in their order:
 * a message may be shown as it is after events that are still to come, and is the same when they have come.
 *
 * @typedef {import('./contract.js').Message} Message
 * @typedef {import('./contract.js').RoomEvent} RoomEvent
 */

/**
 * The id of the message that is another one after this event; of a reply, that is the root of its thread.
 * @param {RoomEvent} event
 * @returns {string | undefined}
 */
export function subjectOf({ type, message, message_id: id }) {
  return type === 'message.posted' ? message?.root : (id ?? message?.id);
}

/** @type {Record<string, (message: Message, event: RoomEvent) => Message>} */
const AMENDMENTS = {
  'message.posted': answered,
  'message.edited': (message, event) => event.message ?? message,
  'message.restored': (message, event) => event.message ?? message,
  'message.deleted': deleted,
  'message.pinned': (message, { by = '', at }) => ({ ...message, pinned: { by, at } }),
  'message.unpinned': ({ pinned: _, ...message }) => message,
  'reaction.added': (message, event) => reacted(message, event, true),
  'reaction.removed': (message, event) => reacted(message, event, false),
};

/**
 * The message after an event that is about it.
 * @param {Message} message
 * @param {RoomEvent} event
 * @returns {Message}
 */
export function amended(message, event) {
  return AMENDMENTS[event.type]?.(message, event) ?? message;
}

/**
 * The message with one's own emoji under it, or without.
 * @param {Message} message
 * @param {{emoji: string, user: string, on: boolean}} wish
 * @returns {Message}
 */
export function withReaction(message, { emoji, user, on }) {
  const { count = 0, users = [] } = message.reactions.find((one) => one.emoji === emoji) ?? {};
  if (users.includes(user) === on) return message;
  return reacted(message, { emoji, user, count: on ? count + 1 : count - 1 }, on);
}

/**
 * @param {Message} message
 * @param {RoomEvent} event
 */
function answered(message, { seq, at }) {
  const { replies, last_seq: last } = message.thread ?? { replies: 0, last_seq: 0 };
  return seq <= last ? message : { ...message, thread: { replies: replies + 1, last_seq: seq, last_at: at } };
}

/**
 * Of what is deleted only the thread is left; whose author was erased has another one.
 * @param {Message} message
 * @param {RoomEvent} event
 */
function deleted({ html: _, files: __, pinned: ___, ...message }, { by = '', at, author = message.author }) {
  return { ...message, author, text: '', reactions: [], deleted: { by, at } };
}

/**
 * @param {Message} message
 * @param {{emoji?: string, user?: string, count?: number}} event
 * @param {boolean} on
 */
function reacted(message, { emoji = '', user = '', count = 0 }, on) {
  const known = message.reactions.some((one) => one.emoji === emoji);
  const before = known ? message.reactions : [...message.reactions, { emoji, count: 0, users: [] }];
  const reactions = before.map((one) => {
    if (one.emoji !== emoji) return one;
    const others = one.users.filter((name) => name !== user);
    return { emoji, count, users: on ? (others.length < one.users.length ? one.users : [...others, user]) : others };
  });
  return { ...message, reactions: reactions.filter((one) => one.count > 0) };
}
