/**
 * Making people members of the open room. What its gate has against somebody, the server says.
 *
 *     <moot-add-person></moot-add-person>
 */

import { needs, say } from '../words/words.js';
import { h } from './dom.js';
import { PickPeople } from './pick_people.js';

class AddPerson extends PickPeople {
  get heading() {
    return say('room.adding.title', { room: this.chat.current?.info.name ?? say('room.this') });
  }

  get submit() {
    return say('room.adding.submit');
  }

  async prepare() {
    const room = this.chat.current;
    if (room && !room.members.known) await room.members.load();
  }

  /** @param {import('../chat/contract.js').User} user */
  offers(user) {
    return super.offers(user) && this.chat.current?.members.of(user.username) === undefined;
  }

  body() {
    return [h('p', { class: 'hint' }, say('room.adding.hint')), ...super.body()];
  }

  /** @param {import('../chat/contract.js').User[]} people */
  async go(people) {
    const room = this.chat.current;
    for (const { username } of people) {
      if (room) await this.chat.api.addMember(room.slug, username);
      this.done(username);
    }
  }
}

export async function register() {
  await needs('threads');
  customElements.define('moot-add-person', AddPerson);
}
