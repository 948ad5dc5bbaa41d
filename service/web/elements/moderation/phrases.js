/**
 * What acts are called: as a choice, on the button, in the note that says that they were done, and in lists.
 *
 * @typedef {import('../../chat/moderation/offers.js').Offer} Offer
 * @typedef {import('../../words/words.js').Key} Key
 */

import { actorOf, sentenceOf } from '../../chat/moderation/audit.js';
import { roleInWords } from '../../chat/roles.js';
import { say, sayWith } from '../../words/words.js';
import { h } from '../dom.js';

/** By the offer's key: the choice, the button, and what it means where the word alone does not say it. @type {Record<string, [Key, Key, Key?]>} */
const OFFERS = {
  'message.delete': ['moderation.act.delete', 'moderation.do.delete'],
  'room.deleteAll': ['moderation.act.deleteAll', 'moderation.do.deleteAll', 'moderation.act.deleteAllHint'],
  'room.mute': ['moderation.act.mute', 'moderation.do.mute', 'moderation.act.muteHint'],
  'room.kick': ['moderation.act.kick', 'moderation.do.kick', 'moderation.act.kickHint'],
  'room.ban': ['moderation.act.ban', 'moderation.do.ban', 'moderation.act.banHint'],
  'room.roomRole': ['moderation.act.roomRole', 'moderation.do.role'],
  'server.deleteAll': ['moderation.act.deleteAll', 'moderation.do.deleteAll', 'moderation.act.deleteEverywhereHint'],
  'server.mute': ['moderation.act.mute', 'moderation.do.mute', 'moderation.act.muteHint'],
  'server.signOut': ['moderation.act.signOut', 'moderation.do.signOut', 'moderation.act.signOutHint'],
  'server.suspend': ['moderation.act.suspend', 'moderation.do.suspend', 'moderation.act.suspendHint'],
  'server.role': ['moderation.act.role', 'moderation.do.role'],
};

/** By the kind of a wish: what is said once it is done, in a room and on the server. @type {Record<string, [Key, Key]>} */
const DONE = {
  delete: ['moderation.done.delete', 'moderation.done.delete'],
  deleteAll: ['moderation.done.deleteAll', 'moderation.done.deleteAll'],
  mute: ['moderation.done.mute', 'moderation.done.muteEverywhere'],
  kick: ['moderation.done.kick', 'moderation.done.kick'],
  ban: ['moderation.done.ban', 'moderation.done.ban'],
  suspend: ['moderation.done.suspend', 'moderation.done.suspend'],
  signOut: ['moderation.done.signOut', 'moderation.done.signOut'],
  lift: ['moderation.done.lift', 'moderation.done.lift'],
  roomRole: ['moderation.done.role', 'moderation.done.role'],
  role: ['moderation.done.role', 'moderation.done.role'],
  changeRoom: ['moderation.done.changeRoom', 'moderation.done.changeRoom'],
  deleteRoom: ['moderation.done.deleteRoom', 'moderation.done.deleteRoom'],
  drop: ['moderation.done.drop', 'moderation.done.drop'],
  addFilter: ['moderation.done.addFilter', 'moderation.done.addFilter'],
  removeFilter: ['moderation.done.removeFilter', 'moderation.done.removeFilter'],
  rename: ['moderation.done.rename', 'moderation.done.rename'],
  deleteUser: ['moderation.done.deleteUser', 'moderation.done.deleteUser'],
  revokeInvite: ['moderation.done.revokeInvite', 'moderation.done.revokeInvite'],
  restore: ['moderation.done.restore', 'moderation.done.restore'],
};

/** @type {Record<string, Key>} */
const SPAN_WORDS = { '10min': 'moderation.span.10min', '1h': 'moderation.span.1h', '1d': 'moderation.span.1d', '1w': 'moderation.span.1w', until: 'moderation.span.until', forever: 'moderation.span.forever' };

/** @param {Offer} offer */
export function labelOf({ key }) {
  return say(OFFERS[key][0]);
}

/** @param {Offer} offer */
export function buttonOf({ key }) {
  return say(OFFERS[key][1]);
}

/** @param {Offer} offer */
export function hintOf({ key }) {
  const hint = OFFERS[key][2];
  return hint && say(hint);
}

/** @param {string} span @param {'end' | 'since'} asks */
export function spanLabel(span, asks) {
  if (asks === 'since' && span === 'forever') return say('moderation.span.all');
  return say(SPAN_WORDS[span]);
}

/**
 * @param {import('../../chat/moderation/wishes.js').Wish} wish
 * @param {import('../../chat/chat.js').Chat} chat
 */
export function doneSentence({ kind, user = '', room, role }, chat) {
  const key = DONE[kind]?.[room === undefined ? 1 : 0] ?? 'moderation.done.other';
  return say(key, { user, room: roomName(room ?? '', chat), role: role === undefined ? '' : roleInWords(role) });
}

/**
 * A row of the audit log, or an action, as a sentence with its names set off.
 * @param {{what: string, by: string | null, on?: string | null, room?: string, request?: string}} row
 * @param {import('../../chat/chat.js').Chat} chat
 */
export function sentenceNodes(row, chat) {
  const by = strong(actorOf(row));
  const on = strong(row.on ?? say(row.on === null ? 'moderation.erased' : 'moderation.someone'));
  const room = strong(roomName(row.room ?? '', chat));
  return h('span', { class: 'sentence' }, ...sayWith(sentenceOf(row) ?? 'moderation.did.other', { by, on, room }));
}

/** @param {string} slug @param {import('../../chat/chat.js').Chat} chat */
export function roomName(slug, chat) {
  return chat.directory.find((info) => info.slug === slug)?.name ?? slug;
}

/** @param {string} text */
function strong(text) {
  return h('strong', {}, h('bdi', {}, text));
}
