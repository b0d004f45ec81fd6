// The bell in the bar: how much the acting person has not read yet, and the newest of it. Asks quietly every minute.

import { fill, h, icon } from './dom.js';
import { CHANGED, inbox, noticeRow } from './notices.js';
import { actingPerson } from './people.js';
import { told } from './toast.js';
import { count, t } from './words.js';

const EVERY_MS = 60_000;
const SHOWN = 6;
const MOST = 99;

// Puts the bell into `mount`; nothing happens where there is no such place (a saved file).
export function startBell(mount) {
  if (mount) new Bell(mount).start();
}

class Bell {
  constructor(mount) {
    this.number = h('span', { class: 'bell-count', 'aria-hidden': 'true', hidden: true });
    this.button = h(
      'button',
      { type: 'button', class: 'btn icon-only quiet', id: 'bell-button', 'aria-expanded': 'false', 'aria-controls': 'bell-list' },
      icon('bell'),
      this.number,
    );
    this.list = h('div', { class: 'bell-list', id: 'bell-list', role: 'dialog', 'aria-label': t('Inbox'), hidden: true });
    this.mount = mount;
    fill(mount, this.button, this.list);
    this.tell(0);
  }

  start() {
    this.button.addEventListener('click', () => this.set(this.list.hidden));
    document.addEventListener('click', (event) => !event.composedPath().includes(this.mount) && this.set(false));
    document.addEventListener('keydown', (event) => event.key === 'Escape' && this.leave());
    document.addEventListener(CHANGED, (event) => this.tell(event.detail));
    document.addEventListener('visibilitychange', () => !document.hidden && this.ask());
    window.geo.on('acting', () => this.ask());
    setInterval(() => !document.hidden && this.ask(), EVERY_MS);
    this.ask();
  }

  // A failure says nothing here: the next minute asks again.
  async ask() {
    const person = actingPerson();
    if (!person) return this.tell(0);
    const page = await inbox(person.code, { unread: true, limit: 1 }).catch(() => null);
    return page && this.tell(page.unread);
  }

  tell(unread) {
    this.number.hidden = !unread;
    fill(this.number, unread > MOST ? `${MOST}+` : String(unread));
    this.button.setAttribute('aria-label', unread ? t('Inbox, {n} unread', { n: count(unread) }) : t('Inbox'));
  }

  set(open) {
    this.list.hidden = !open;
    this.button.setAttribute('aria-expanded', String(open));
    if (open) told(() => this.show());
  }

  leave() {
    if (this.list.hidden) return;
    this.set(false);
    this.button.focus();
  }

  async show() {
    const person = actingPerson();
    const foot = h('a', { class: 'btn block', href: '/inbox' }, person ? t('All notices') : t('Choose a person'));
    if (!person) return fill(this.list, h('p', { class: 'empty' }, t('Notices come to a person: choose who you are.')), foot);
    fill(this.list, h('p', { class: 'loading', role: 'status' }, t('Loading …')));
    const page = await inbox(person.code, { limit: SHOWN });
    this.tell(page.unread);
    const rows = page.notices.map((notice) => noticeRow(notice, person.code));
    return fill(
      this.list,
      h('p', { class: 'bell-head' }, h('b', {}, person.name), h('small', {}, t('{n} unread', { n: count(page.unread) }))),
      rows.length ? h('ul', { class: 'notice-rows' }, rows) : h('p', { class: 'empty' }, t('No notices yet.')),
      foot,
    );
  }
}
