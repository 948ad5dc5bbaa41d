import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RoomLog, SNAPSHOT } from '../../service/web/chat/room_log.js';
import { Chronicle, chance, shown } from './chronicle.js';

const HISTORIES = 60;
const STEPS = 240;

/** A reader whose line is slow: events come late, pages are from any moment between being asked for and coming. */
class Reader {
  log = new RoomLog();
  #server;
  #random;
  #pages = [];

  constructor(server, random) {
    this.#server = server;
    this.#random = random;
    this.join();
  }

  join() {
    const { messages, seq } = this.#server;
    this.log.reset({ epoch: 'e1', seq, messages: messages.slice(-SNAPSHOT).map(shown) });
  }

  async step() {
    const dice = this.#random();
    if (dice < 0.5) this.hear(1 + Math.floor(this.#random() * 4));
    else if (dice < 0.6) this.resume();
    else if (dice < 0.7) this.ask('older');
    else if (dice < 0.8) this.ask('newer');
    else if (dice < 0.85) await this.jump();
    else await this.receive();
  }

  /** Some of the events that one has not heard yet, and some that one has. */
  hear(many) {
    const from = Math.max(0, this.log.seq - 1);
    for (const event of this.#server.events.slice(from, this.log.seq + many)) this.log.apply(event);
  }

  /** After a loss: everything at once, with messages as they are by now. */
  resume() {
    for (const event of this.#server.replay(this.log.seq)) this.log.apply(event);
  }

  ask(where) {
    if (this.#pages.length > 0) return;
    let answer;
    const made = new Promise((resolve) => (answer = resolve));
    const page = this.log.meanwhile.during(() => made);
    const from = where === 'older' ? { before: this.log.first } : { after: this.log.last };
    // Made at once and long on its way, or made when it comes: it may be older or younger than what one has heard.
    const early = this.#random() < 0.5 ? this.#server.page(from) : null;
    this.#pages.push({ where, page, answer, from, early });
  }

  async receive() {
    const asked = this.#pages.shift();
    if (!asked) return;
    asked.answer(asked.early ?? this.#server.page(asked.from));
    const page = await asked.page;
    if (asked.where === 'older') this.log.addOlder(page);
    else if (!this.log.atEnd) this.log.addNewer(page);
  }

  /** To some place in the room's past, with what is there now. */
  async jump() {
    if (this.#pages.length > 0) return;
    const seq = Math.floor(this.#random() * this.#server.seq);
    const page = (from) => this.log.meanwhile.during(async () => this.#server.page(from));
    const [before, after] = await Promise.all([page({ before: seq + 1 }), page({ after: seq })]);
    this.log.showAround(before, after);
  }

  /** Until there is nothing left to come. */
  async finish() {
    await this.receive();
    this.hear(Infinity);
    while (!this.log.atStart) this.log.addOlder(this.#server.page({ before: this.log.first }));
    while (!this.log.atEnd) this.log.addNewer(this.#server.page({ after: this.log.last }));
  }
}

test('whatever happens in whatever order, a reader ends with what the server has', async () => {
  for (let seed = 1; seed <= HISTORIES; seed += 1) {
    const random = chance(seed);
    const server = new Chronicle(random);
    for (let i = 0; i < STEPS / 4; i += 1) server.step();
    const reader = new Reader(server, random);
    for (let i = 0; i < STEPS; i += 1) {
      server.step();
      await reader.step();
    }
    await reader.finish();
    assert.deepEqual(reader.log.messages.map(shown), server.timeline.map(shown), `history ${seed}`);
    assert.equal(reader.log.seq, server.seq);
  }
});

test('the histories hold all that can happen, or this would show nothing', () => {
  const server = new Chronicle(chance(1));
  for (let i = 0; i < STEPS; i += 1) server.step();
  const kinds = new Set(server.events.map(({ type }) => type));
  assert.equal(kinds.size, 9);
  assert.ok(server.messages.some(({ thread }) => thread?.replies > 2));
});
