/**
 * The open room: its name and topic, what was said, and the place to say something. Where there is nothing to read, it
 * says why.
 *
 *     <moot-room></moot-room>
 *     page.chat = chat;
 *
 * Sends `toggle-people`, `open-side` and `open-dialog` up.
 */

import { LEVELS } from '../chat/levels.js';
import { moderates } from '../chat/authority.js';
import { refusalSentence, removalSentence } from '../chat/reasons.js';
import { say } from '../words/words.js';
import { fill, h, icon } from './dom.js';
import { dropZone } from './drop_zone.js';
import { LiveElement } from './live_element.js';
import { moments } from './manner.js';
import { signOf } from './room_sign.js';

/** @type {Record<import('../chat/levels.js').Level, import('../words/words.js').Key>} */
const LEVEL_NAMES = { all: 'room.notify.all', mentions: 'room.notify.mentions', none: 'room.notify.none' };

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
  #pins = this.#button('pin', say('room.pins'), () => this.#send('open-side', { tag: 'moot-pins', subject: null }));
  #search = this.#button('search', say('room.search'), () => this.#send('open-side', { tag: 'moot-search', subject: null }));
  #settings = this.#button('gear', say('people.settings'), () => this.#visit('settings'));
  /** Where there is no room for all of them. */
  #more = this.#button('more', say('room.more'), () => this.#menu());
  #people = this.#button('people', say('people.label'), () => this.#send('toggle-people'));
  #notice = /** @type {import('./notice.js').Notice} */ (document.createElement('moot-notice'));
  #timeline = /** @type {import('./timeline.js').Timeline} */ (document.createElement('moot-timeline'));
  #pace = /** @type {import('./slow_mode.js').SlowMode} */ (document.createElement('moot-slow-mode'));
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
    for (const button of [this.#pins, this.#add, this.#settings, this.#leave]) button.classList.add('wide');
    const names = h('div', { class: 'names' }, this.#title, this.#topic);
    this.#head.append(back, names, this.#search, this.#pins, this.#add, this.#settings, this.#leave, this.#more, this.#people);
    this.addEventListener('edit-last', () => this.#timeline.editLast());
    this.addEventListener('message-edited', () => this.write());
    this.addEventListener('quote', (event) => this.#composer.quote(/** @type {CustomEvent} */ (event).detail.text ?? ''));
    // Dropped beside it, a file would take the page's place.
    dropZone(this.closest('moot-hall') ?? this, { open: () => false, drop: () => {} });
    dropZone(this, { open: () => this.#composer.isConnected, drop: (files) => this.#composer.addFiles(files) });
  }

  /** To where one writes. */
  write() {
    if (this.#composer.isConnected) this.#composer.focus();
  }

  async #menu() {
    const { openMenu } = await import('./menu.js');
    /** @type {[HTMLButtonElement, Parameters<typeof icon>[0]][]} */
    const all = [[this.#pins, 'pin'], [this.#add, 'plus'], [this.#settings, 'gear'], [this.#leave, 'leave']];
    const hidden = all.filter(([button]) => !button.hidden && button.offsetParent === null);
    const items = hidden.map(([button, picture]) => ({ label: button.title, picture, act: () => button.click() }));
    /** @type {import('./menu.js').MenuItem} */
    const access = { label: say('people.access'), picture: 'shield', act: () => this.#visit('access') };
    openMenu({ at: this.#more, within: this, label: say('room.more'), items: [...items, ...(items.length > 0 ? [null] : []), ...this.#levels(), null, access] });
  }

  /** To a page about this room. @param {string} page */
  #visit(page) {
    location.hash = `/rooms/${this.#room?.slug}/${page}`;
  }

  /** What of this room calls one. @returns {import('./menu.js').MenuItem[]} */
  #levels() {
    const [chat, room] = [this.#chat, this.#room];
    if (!chat || !room) return [];
    const now = chat.levels.of(room.info);
    return LEVELS.map((level) => ({ label: say(LEVEL_NAMES[level]), picture: 'bell', checked: level === now, act: () => chat.levels.set(room.info, level) }));
  }

  draw() {
    const chat = this.#chat;
    const room = chat?.current ?? null;
    if (!chat || !room) return fill(this, this.#notice, this.kept('panel', 'nothing open', () => this.#nothingOpen()));
    this.#show(room);
    fill(this.#title, this.kept('name', `${room.info.visibility} ${room.name}`, () => nameOf(room)));
    this.#topic.textContent = room.info.topic;
    const can = room.info.you?.can ?? [];
    this.#add.hidden = !room.isMember || !can.includes('invite');
    this.#settings.hidden = !moderates(room.info) && !can.includes('change');
    this.#leave.hidden = !room.isMember;
    this.#pins.hidden = !room.isMember;
    this.#more.hidden = !room.isMember;
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
    const foot = closed ? this.kept('gate', `${room.slug} ${closed}`, () => gate(closed, room.slug)) : this.#composer;
    fill(this, this.#head, this.#notice, this.#timeline, !closed && this.#pace, foot);
  }

  /** @param {import('../chat/room.js').Room} room */
  #show(room) {
    if (this.#room === room) return;
    this.#room = room;
    const chat = /** @type {import('../chat/chat.js').Chat} */ (this.#chat);
    this.#timeline.show(chat, room);
    this.#composer.show(chat, room);
    this.#pace.show(chat, room);
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
      const again = h('button', { class: 'primary', onclick: () => chat.current?.join() }, say('page.again'));
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
    if (closed) return panel(room.name, closed);
    const enter = h('button', { class: 'primary', onclick: () => chat.enter(room.slug) }, say('room.join'));
    return panel(room.name, room.info.topic || say('room.notIn'), enter);
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
   * @param {unknown} [detail]
   */
  #send(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  }
}

/**
 * Said aloud, too: it takes the place of the composer under one's hands.
 * @param {string} closed
 * @param {string} slug
 */
function gate(closed, slug) {
  const why = h('a', { href: `#/rooms/${slug}/access` }, say('people.why'));
  return h('p', { class: 'gate', role: 'status' }, icon('lock'), h('span', {}, closed, ' ', why));
}

/** @param {import('../chat/room.js').Room} room */
function nameOf({ info, name }) {
  return h('span', {}, icon(signOf(info)), h('bdi', {}, name));
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
