/**
 * What admins have beside what moderators have.
 */

import { needs } from '../../words/words.js';
import { register as registerModeration } from '../moderation/register.js';
import { registerAllFilters } from './all_filters.js';
import { registerErasures } from './erasures.js';
import { registerInvites } from './invites.js';
import { registerUser } from './user.js';
import { registerUsers } from './users.js';

export async function register() {
  await Promise.all([needs('admin'), registerModeration()]);
  registerUsers();
  registerUser();
  registerInvites();
  registerAllFilters();
  registerErasures();
}
