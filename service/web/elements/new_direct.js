/**
 * Talking directly: with one person, or with a few.
 *
 *     <moot-new-direct></moot-new-direct>
 */

import { needs, say } from '../words/words.js';
import { PickPeople } from './pick_people.js';

/** In one direct room, oneself not counted. */
const OTHERS_MAX = 8;

class NewDirect extends PickPeople {
  get heading() {
    return say('rooms.newDirect');
  }

  get most() {
    return OTHERS_MAX;
  }

  get submit() {
    return say('threads.direct.open');
  }

  /** @param {import('../chat/contract.js').User[]} people */
  async go(people) {
    await this.chat.openDirect(people.map(({ username }) => username));
  }
}

export async function register() {
  await needs('threads');
  customElements.define('moot-new-direct', NewDirect);
}
