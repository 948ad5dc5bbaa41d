/**
 * Every element of the page, in the order of the page. Importing an element's module defines nothing; this does.
 */

import { registerAccount } from './account.js';
import { registerApp } from './app.js';
import { registerComposer } from './composer.js';
import { registerDialogs } from './dialogs.js';
import { registerDirectory } from './directory.js';
import { registerDoor } from './door.js';
import { registerForm } from './form.js';
import { registerHall } from './hall.js';
import { registerNotice } from './notice.js';
import { registerPeople } from './people.js';
import { registerReport } from './report.js';
import { registerRoom } from './room.js';
import { registerRooms } from './rooms.js';
import { registerTimeline } from './timeline.js';

export function registerElements() {
  registerForm();
  registerNotice();
  registerTimeline();
  registerComposer();
  registerRoom();
  registerPeople();
  registerRooms();
  registerDirectory();
  registerDialogs();
  registerReport();
  registerAccount();
  registerHall();
  registerDoor();
  registerApp();
}
