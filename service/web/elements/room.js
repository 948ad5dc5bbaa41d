/**
 * The open room: its name and topic, what was said, and the place to say something. Where there is nothing to read, it
 * says why.
 *
 *     <moot-room></moot-room>
 *     page.chat = chat;
 *
 * Sends `toggle-people` and `open-dialog` up.
 */

import { refusalSentence, removalSentence } from '../chat/reasons.js';
import { say } from '../words/words.js';
import { fill, h, icon } from './dom.js';
import { LiveElement } from './live_element.js';
import { moments } from './manner.js';

export class RoomPage extends LiveElement {
  /** @type {import('../chat/chat.js').Chat | null} */
  #chat = null;
  /** @type {import('../chat/room.js').Room | null} */
  #room = null;
  #head = h('div', { class: 'bar' });
  #title = h('h1', { tabindex: '-1' });
  #topic = h('p', { class: 'topic' });
  #add = this.#button('plus', say('room.add'), () => this.#send('open-dialog', 'moot-add-person'));
  #leave = this.#button('leave', say('room.leave'), () => this.#send('open-dialog', 'moot-leave'));
  #people = this.#button('people', say('people.label'), () => this.#send('toggle-people'));
  #notice = /** @type {import('./notice.js').Notice} */ (document.createElement('moot-notice'));
  #timeline = /** @type {import('./timeline.js').Timeline} */ (document.createElement('moot-timeline'));
  #composer = /** @type {import('./composer.js').Composer} */ (document.createElement('moot-composer'));

  /** @param {import('../chat/chat.js').Chat} chat */
  set chat(chat) {
    this.#chat = chat;
    this.#notice.chat = chat;
    this.watch(chat);
  }

  connectedCallback() {
    super.connectedCallback();
    this.setAttribute('role', 'main');
    const back = h('a', { href: '#', class: 'icon-button back', 'aria-label': say('room.back') }, icon('back'));
    this.#head.append(back, h('div', { class: 'names' }, this.#title, this.#topic), this.#add, this.#leave, this.#people);
  }

  draw() {
    const chat = this.#chat;
    const room = chat?.current ?? null;
    if (!chat || !room) return fill(this, this.#notice, this.kept('panel', 'nothing open', () => this.#nothingOpen()));
    this.#show(room);
    fill(this.#title, this.kept('name', `${room.info.visibility} ${room.info.name}`, () => nameOf(room.info)));
    this.#topic.textContent = room.info.topic;
    const can = room.info.you?.can ?? [];
    this.#add.hidden = !room.isMember || !can.includes('invite');
    this.#leave.hidden = !room.isMember;
    this.#people.hidden = !room.isMember;
    const { state, slug, info, refusal, removal } = room;
    if (room.isMember) return this.#talk(chat, room);
    const facts = JSON.stringify([state, slug, refusal, removal, info.name, info.topic, this.#closed(chat, room)]);
    fill(this, this.#head, this.#notice, this.kept('panel', facts, () => this.#ended(chat, room)));
  }

  /**
   * @param {import('../chat/chat.js').Chat} chat
   * @param {import('../chat/room.js').Room} room
   */
  #talk(chat, room) {
    const closed = this.#closed(chat, room);
    const foot = closed ? this.kept('gate', closed, () => gate(closed)) : this.#composer;
    fill(this, this.#head, this.#notice, this.#timeline, foot);
  }

  /** @param {import('../chat/room.js').Room} room */
  #show(room) {
    if (this.#room === room) return;
    this.#room = room;
    const chat = /** @type {import('../chat/chat.js').Chat} */ (this.#chat);
    this.#timeline.show(chat, room);
    this.#composer.show(chat, room);
  }

  #nothingOpen() {
    const browse = h('button', { class: 'primary', onclick: () => this.#send('open-dialog', 'moot-directory') }, say('rooms.browse'));
    const create = h('button', { onclick: () => this.#send('open-dialog', 'moot-new-room') }, say('room.nothingOpen.create'));
    const tools = h('div', { class: 'row' }, browse, this.#chat?.me.role !== 'guest' && create);
    return panel(say('room.nothingOpen.title'), say('room.nothingOpen.text'), tools);
  }

  /**
   * Why there is nothing to read here, and what can be done about it.
   * @param {import('../chat/chat.js').Chat} chat
   * @param {import('../chat/room.js').Room} room
   */
  #ended(chat, room) {
    const time = (/** @type {string} */ iso) => moments.short(iso, chat.clock.now());
    const forget = h('button', { onclick: () => chat.forget(room.slug) }, say('room.forget'));
    if (room.state === 'outside') return this.#doorstep(chat, room);
    if (room.state === 'refused' && room.refusal) {
      const again = h('button', { class: 'primary', onclick: () => chat.current?.join() }, say('common.again'));
      return panel(say('room.refused'), refusalSentence(room.refusal, time), h('div', { class: 'row' }, again, forget));
    }
    const removal = room.removal ?? { code: '' };
    const closed = this.#closed(chat, room);
    const over = removal.code === 'room_deleted' || removal.code === 'not_found';
    const again = h('button', { class: 'primary', onclick: () => chat.current?.join() }, say('room.joinAgain'));
    // Whoever was away when it happened is not told of it; the rule that is in the way now says as much.
    const told = removal.code === 'gone' && closed ? closed : removalSentence(removal, time);
    return panel(say('room.out'), told, h('div', { class: 'row' }, !over && !closed && again, forget));
  }

  /**
   * @param {import('../chat/chat.js').Chat} chat
   * @param {import('../chat/room.js').Room} room
   */
  #doorstep(chat, room) {
    const closed = this.#closed(chat, room);
    if (closed) return panel(room.info.name, closed);
    const enter = h('button', { class: 'primary', onclick: () => chat.enter(room.slug) }, say('room.join'));
    return panel(room.info.name, room.info.topic || say('room.notIn'), enter);
  }

  /**
   * Why one may not post here, or not come in; empty where one may.
   * @param {import('../chat/chat.js').Chat} chat
   * @param {import('../chat/room.js').Room} room
   */
  #closed(chat, { standing }) {
    return standing.refusal ? refusalSentence(standing.refusal, (iso) => moments.short(iso, chat.clock.now())) : '';
  }

  /**
   * @param {Parameters<typeof icon>[0]} picture
   * @param {string} label
   * @param {() => void} onclick
   */
  #button(picture, label, onclick) {
    return h('button', { class: 'icon-button', 'aria-label': label, title: label, onclick }, icon(picture));
  }

  /**
   * @param {string} type
   * @param {string} [detail]
   */
  #send(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  }
}

/** Said aloud, too: it takes the place of the composer under one's hands. @param {string} closed */
function gate(closed) {
  return h('p', { class: 'gate', role: 'status' }, icon('lock'), h('span', {}, closed));
}

/** @param {import('../chat/contract.js').RoomInfo} info */
function nameOf({ visibility, name }) {
  return h('span', {}, icon(visibility === 'public' ? 'hash' : 'lock'), h('bdi', {}, name));
}

/**
 * @param {string} title
 * @param {string} text
 * @param {...import('./dom.js').Child} tools
 */
function panel(title, text, ...tools) {
  return h('section', { class: 'panel' }, h('img', { src: '/web/icon.svg', alt: '' }), h('h2', {}, title), h('p', {}, text), ...tools);
}

export function registerRoom() {
  customElements.define('moot-room', RoomPage);
}
