/**
 * Who somebody is, at the head of a dialog about them: face, names, roles, and what is in force against them, which can
 * be lifted right there.
 */

import { moderates } from '../../chat/authority.js';
import { moderationOf } from '../../chat/moderation/moderation.js';
import { Problem } from '../../chat/problem.js';
import { roleInWords } from '../../chat/roles.js';
import { SessionEnded } from '../../chat/session.js';
import { endOf } from '../../chat/standing.js';
import { say } from '../../words/words.js';
import { h } from '../dom.js';
import { face } from '../face.js';
import { moments } from '../manner.js';
import { orSay } from './or_say.js';

/** What a sanction is called. @type {Record<string, import('../../words/words.js').Key>} */
export const SANCTIONS = { mute: 'moderation.sanction.mute', ban: 'moderation.sanction.ban', suspend: 'moderation.sanction.suspend', kick: 'moderation.sanction.kick' };

/**
 * @param {import('../../chat/chat.js').Chat} chat
 * @param {string} username
 * @param {import('../../chat/contract.js').RoomInfo | null} room
 */
export function personHead(chat, username, room) {
  const name = chat.names.of(username);
  const roles = h('span', { class: 'topic' }, username);
  const label = h('span', { class: 'label' }, h('bdi', { class: 'name' }, name), roles);
  const sanctions = h('ul', { class: 'in-force' });
  const head = h('div', { class: 'person-head' }, h('div', { class: 'who' }, face(username, name), label), sanctions);
  if (room !== null && moderates(room)) tell(chat, username, room, roles, sanctions);
  return head;
}

/**
 * @param {import('../../chat/chat.js').Chat} chat
 * @param {string} username
 * @param {import('../../chat/contract.js').RoomInfo} room
 * @param {HTMLElement} roles
 * @param {HTMLElement} list
 */
async function tell(chat, username, room, roles, list) {
  try {
    const found = await chat.api.ask(`/api/rooms/${encodeURIComponent(room.slug)}/permissions?user=${encodeURIComponent(username)}`);
    const here = found.room_role === null ? say('moderation.person.stranger') : roleInWords(found.room_role);
    roles.textContent = say('moderation.person.roles', { username, role: roleInWords(found.role), here, room: room.name });
    const lift = async (/** @type {any} */ sanction) => {
      await moderationOf(chat).carryOut({ kind: 'lift', id: sanction.id, room: sanction.room, user: username });
      await tell(chat, username, room, roles, list);
    };
    list.replaceChildren(...found.sanctions.map((/** @type {any} */ sanction) => sanctionRow(sanction, chat, () => lift(sanction))));
  } catch (error) {
    // Without it the head says less, and the acts below it stand all the same.
    if (!(error instanceof Problem) && !(error instanceof SessionEnded)) throw error;
  }
}

/**
 * @param {any} sanction
 * @param {import('../../chat/chat.js').Chat} chat
 * @param {() => Promise<void>} lift
 */
function sanctionRow(sanction, chat, lift) {
  const row = h('li', {});
  const button = h('button', { type: 'button', class: 'quiet', onclick: () => orSay(row, lift) }, say('moderation.lift'));
  row.append(h('span', { class: 'label' }, sanctionSentence(sanction, chat)), button);
  return row;
}

/**
 * "Muted in Lobby until 14:05, by mo: spam"
 * @param {{kind: string, room?: string, until?: string, by: string, reason?: string}} sanction
 * @param {import('../../chat/chat.js').Chat} chat
 */
export function sanctionSentence({ kind, room, until, by, reason }, chat) {
  const place = room === undefined ? say('moderation.everywhere') : (chat.directory.find(({ slug }) => slug === room)?.name ?? room);
  const end = endOf(until);
  const time = end === undefined ? say('moderation.forGood') : say('moderation.detail.until', { time: moments.short(end, chat.clock.now()) });
  const text = say('moderation.sanction.sentence', { what: say(SANCTIONS[kind]), place, time, by });
  return reason ? say('moderation.sanction.because', { text, reason }) : text;
}
