/**
 * Rows of the audit log, and what was done a moment ago, in words. Every kind of act that the server knows has its
 * sentence; one that is newer than this page is told by its name.
 *
 * @typedef {object} Row
 * @property {number} seq
 * @property {string} at
 * @property {string} what
 * @property {string | null} by Null: erased from the log.
 * @property {string | null} [on]
 * @property {string} [room]
 * @property {string | null} [reason]
 * @property {Record<string, string | number | boolean | null>} detail
 * @property {string} [request]
 * @property {string} [address]
 * @property {string} hash
 *
 * @typedef {import('../../words/words.js').Key} Key
 */

import { say } from '../../words/words.js';
import { roleInWords as roleWord } from '../roles.js';

/** By the act: its sentence, and its name where one chooses among kinds. @type {Record<string, [Key, Key]>} */
export const ACTS = {
  'server.set_up': ['moderation.did.serverSetUp', 'moderation.what.serverSetUp'],
  'user.added': ['moderation.did.userAdded', 'moderation.what.userAdded'],
  'user.renamed': ['moderation.did.userRenamed', 'moderation.what.userRenamed'],
  'user.role': ['moderation.did.userRole', 'moderation.what.userRole'],
  'user.deleted': ['moderation.did.userDeleted', 'moderation.what.userDeleted'],
  'user.erased': ['moderation.did.userErased', 'moderation.what.userErased'],
  'user.suspended': ['moderation.did.userSuspended', 'moderation.what.userSuspended'],
  'user.restored': ['moderation.did.userRestored', 'moderation.what.userRestored'],
  'user.muted': ['moderation.did.userMuted', 'moderation.what.userMuted'],
  'user.unmuted': ['moderation.did.userUnmuted', 'moderation.what.userUnmuted'],
  'password.reset': ['moderation.did.passwordReset', 'moderation.what.passwordReset'],
  'password.set': ['moderation.did.passwordSet', 'moderation.what.passwordSet'],
  'sessions.revoked': ['moderation.did.sessionsRevoked', 'moderation.what.sessionsRevoked'],
  'bot.added': ['moderation.did.botAdded', 'moderation.what.botAdded'],
  'invite.made': ['moderation.did.inviteMade', 'moderation.what.inviteMade'],
  'invite.deleted': ['moderation.did.inviteDeleted', 'moderation.what.inviteDeleted'],
  'room.created': ['moderation.did.roomCreated', 'moderation.what.roomCreated'],
  'room.changed': ['moderation.did.roomChanged', 'moderation.what.roomChanged'],
  'room.deleted': ['moderation.did.roomDeleted', 'moderation.what.roomDeleted'],
  'member.invited': ['moderation.did.memberInvited', 'moderation.what.memberInvited'],
  'member.role': ['moderation.did.memberRole', 'moderation.what.memberRole'],
  'member.kicked': ['moderation.did.memberKicked', 'moderation.what.memberKicked'],
  'member.banned': ['moderation.did.memberBanned', 'moderation.what.memberBanned'],
  'member.unbanned': ['moderation.did.memberUnbanned', 'moderation.what.memberUnbanned'],
  'member.muted': ['moderation.did.memberMuted', 'moderation.what.memberMuted'],
  'member.unmuted': ['moderation.did.memberUnmuted', 'moderation.what.memberUnmuted'],
  'messages.deleted': ['moderation.did.messagesDeleted', 'moderation.what.messagesDeleted'],
  'connection.dropped': ['moderation.did.connectionDropped', 'moderation.what.connectionDropped'],
  'filter.added': ['moderation.did.filterAdded', 'moderation.what.filterAdded'],
  'filter.removed': ['moderation.did.filterRemoved', 'moderation.what.filterRemoved'],
  'report.taken': ['moderation.did.reportTaken', 'moderation.what.reportTaken'],
  'report.closed': ['moderation.did.reportClosed', 'moderation.what.reportClosed'],
  'report.reopened': ['moderation.did.reportReopened', 'moderation.what.reportReopened'],
  'keys.rotated': ['moderation.did.keysRotated', 'moderation.what.keysRotated'],
  'audit.erased': ['moderation.did.auditErased', 'moderation.what.auditErased'],
  'epoch.renewed': ['moderation.did.epochRenewed', 'moderation.what.epochRenewed'],
  'server.restored': ['moderation.did.serverRestored', 'moderation.what.serverRestored'],
  'server.imported': ['moderation.did.serverImported', 'moderation.what.serverImported'],
  undone: ['moderation.did.undone', 'moderation.what.undone'],
};

/** Acts that there is another sentence for where they are about the whole server and not about one room. */
const ON_THE_SERVER = /** @type {Record<string, Key>} */ ({
  'messages.deleted': 'moderation.did.messagesDeletedEverywhere',
  'epoch.renewed': 'moderation.did.epochRenewedEverywhere',
});

/** How the server signs what its operator did, or it itself; which of them, `request` says. */
const SYSTEM = 'system';
const OPERATOR = 'command line';

/**
 * The sentence's key; its places are `by`, `on` and `room`, and what the detail counts.
 * @param {{what: string, room?: string}} row
 * @returns {Key | null}
 */
export function sentenceOf({ what, room }) {
  if (room === undefined && Object.hasOwn(ON_THE_SERVER, what)) return ON_THE_SERVER[what];
  return ACTS[what]?.[0] ?? null;
}

/** @param {string} what */
export function nameOf(what) {
  return Object.hasOwn(ACTS, what) ? say(ACTS[what][1]) : what;
}

/**
 * Who did it, as it stands in a sentence.
 * @param {{by: string | null, request?: string}} row
 */
export function actorOf({ by, request }) {
  if (by === null) return say('moderation.erased');
  if (by !== SYSTEM) return by;
  return request === OPERATOR ? say('moderation.operator') : say('moderation.server');
}

/**
 * What else is to be known of it, as short sentences.
 * @param {Pick<Row, 'what' | 'detail'>} row
 * @param {(moment: string | number) => string} time
 * @returns {string[]}
 */
export function detailsOf({ what, detail }, time) {
  const told = [];
  const { before, after, role, until, messages, rooms, sessions, expired } = detail;
  if (typeof before === 'string' && typeof after === 'string') told.push(say('moderation.detail.role', { before: roleWord(before), after: roleWord(after) }));
  if (typeof role === 'string') told.push(say('moderation.detail.as', { role: roleWord(role) }));
  if (typeof until === 'number') told.push(say('moderation.detail.until', { time: time(until) }));
  if (typeof messages === 'number') told.push(say('moderation.detail.messages', { count: messages }));
  if (typeof rooms === 'number') told.push(say('moderation.detail.rooms', { count: rooms }));
  if (typeof sessions === 'number') told.push(say('moderation.detail.sessions', { count: sessions }));
  if (expired === true) told.push(say('moderation.detail.expired'));
  if (what === 'room.changed') told.push(...Object.entries(detail).flatMap(([name, value]) => settingWords(name, value)));
  if (what === 'undone' && typeof detail.what === 'string') told.push(nameOf(detail.what));
  return told;
}

/** What a setting is called. @type {Record<string, Key>} */
export const SETTINGS = {
  name: 'moderation.setting.name',
  topic: 'moderation.setting.topic',
  visibility: 'moderation.setting.visibility',
  join_role: 'moderation.setting.joinRole',
  post_role: 'moderation.setting.postRole',
  locked: 'moderation.setting.locked',
  slow_mode: 'moderation.setting.slowMode',
  receipts: 'moderation.setting.receipts',
  retention_days: 'moderation.setting.retention',
};

/**
 * @param {string} name
 * @param {unknown} value
 */
function settingWords(name, value) {
  if (!Object.hasOwn(SETTINGS, name)) return [];
  const setting = say(SETTINGS[name]);
  // What a name or a topic became is not written down: it may name somebody.
  if (value === true) return [setting];
  return [`${setting}: ${valueWords(String(value))}`];
}

/** @param {string} value */
function valueWords(value) {
  if (value === 'True') return say('moderation.yes');
  if (value === 'False') return say('moderation.no');
  if (value === 'public') return say('room.new.public');
  return value === 'private' ? say('room.new.private') : roleWord(value);
}
