/**
 * What somebody may do in a room, rule by rule, in words: the answer to "why can't bob post?" is a line that one can
 * point at.
 *
 * @typedef {import('../../words/words.js').Key} Key
 *
 * @typedef {object} Found What the server says.
 * @property {string} user
 * @property {string} role
 * @property {string | null} room_role
 * @property {string} rank
 * @property {string[]} can
 * @property {{action: string, allowed: boolean, rules: Rule[]}[]} actions
 * @property {{id: string, kind: string, room?: string, until?: string, by: string, reason?: string}[]} sanctions
 *
 * @typedef {{rule: string, holds: boolean, message?: string, why?: import('../contract.js').Why}} Rule
 */

import { say } from '../../words/words.js';

/** @type {Record<string, Key>} */
const ACTIONS = {
  see: 'moderation.right.see',
  read: 'moderation.right.read',
  join: 'moderation.right.join',
  post: 'moderation.right.post',
  react: 'moderation.right.react',
  pin: 'moderation.right.pin',
  call: 'moderation.right.call',
  invite: 'moderation.right.invite',
  moderate: 'moderation.right.moderate',
  change: 'moderation.right.change',
  delete: 'moderation.right.delete',
};

/** What each rule asks for, where it holds and where it does not. @type {Record<string, Key>} */
const RULES = {
  suspension: 'moderation.rule.suspension',
  visibility: 'moderation.rule.visibility',
  ban: 'moderation.rule.ban',
  join_role: 'moderation.rule.joinRole',
  membership: 'moderation.rule.membership',
  mute: 'moderation.rule.mute',
  post_role: 'moderation.rule.postRole',
  locked: 'moderation.rule.locked',
  block: 'moderation.rule.block',
  room_moderator: 'moderation.rule.roomModerator',
  room_owner: 'moderation.rule.roomOwner',
  slow_mode: 'moderation.rule.slowMode',
  scope: 'moderation.rule.scope',
};

/** @type {Record<string, Key>} */
const RANKS = {
  stranger: 'moderation.rank.stranger',
  member: 'moderation.rank.member',
  room_moderator: 'moderation.rank.roomModerator',
  owner: 'moderation.rank.owner',
  server_moderator: 'moderation.rank.serverModerator',
  admin: 'moderation.rank.admin',
};

/** @param {string} action */
export function actionName(action) {
  return Object.hasOwn(ACTIONS, action) ? say(ACTIONS[action]) : action;
}

/** @param {string} rule */
export function ruleName(rule) {
  return Object.hasOwn(RULES, rule) ? say(RULES[rule]) : rule;
}

/** @param {string} rank */
export function rankName(rank) {
  return Object.hasOwn(RANKS, rank) ? say(RANKS[rank]) : rank;
}
