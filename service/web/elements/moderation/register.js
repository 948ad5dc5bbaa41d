/**
 * All that moderating needs, defined once.
 */

import { needs } from '../../words/words.js';
import { registerAccess } from './access.js';
import { registerAct } from './act.js';
import { registerActions } from './actions.js';
import { registerAudit } from './audit.js';
import { registerConnections } from './connections.js';
import { registerDeleteRoom } from './delete_room.js';
import { registerDesk } from './desk.js';
import { registerDuties } from './duties.js';
import { registerFilters } from './filters.js';
import { registerPreview } from './preview.js';
import { registerReports } from './reports.js';
import { registerRoomMembers } from './room_members.js';
import { registerRoomSettings } from './room_settings.js';
import { registerSanctions } from './sanctions.js';
import { registerToasts } from './toasts.js';

/** @type {Promise<void> | null} */
let done = null;

export function register() {
  done ??= define();
  return done;
}

async function define() {
  await needs('moderation');
  registerPreview();
  registerToasts();
  registerDuties();
  registerAct();
  registerDeleteRoom();
  registerDesk();
  registerReports();
  registerActions();
  registerSanctions();
  registerAudit();
  registerFilters();
  registerConnections();
  registerAccess();
  registerRoomMembers();
  registerRoomSettings();
}
