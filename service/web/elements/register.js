/**
 * Every element of the page, in the order of the page. Importing an element's module defines nothing; this does.
 */

import { registerApp } from './app.js';
import { registerComposer } from './composer.js';
import { registerDoor } from './door.js';
import { registerEditionBar } from './edition_bar.js';
import { registerForm } from './form.js';
import { registerHall } from './hall.js';
import { registerLeave } from './leave.js';
import { registerMissing } from './missing.js';
import { registerNewRoom } from './new_room.js';
import { registerNotice } from './notice.js';
import { registerPeople } from './people.js';
import { registerPicture } from './picture.js';
import { registerReport } from './report.js';
import { registerRoom } from './room.js';
import { registerRooms } from './rooms.js';
import { registerSide } from './side.js';
import { registerSlowMode } from './slow_mode.js';
import { registerTimeline } from './timeline.js';
import { registerWriting } from './writing.js';

export function registerElements() {
  registerForm();
  registerNotice();
  registerTimeline();
  registerPicture();
  registerWriting();
  registerComposer();
  registerSlowMode();
  registerRoom();
  registerPeople();
  registerRooms();
  registerNewRoom();
  registerMissing();
  registerLeave();
  registerReport();
  registerSide();
  registerHall();
  registerDoor();
  registerEditionBar();
  registerApp();
}
