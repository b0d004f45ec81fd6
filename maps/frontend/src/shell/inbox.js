// The inbox of the acting person: unread or all, one kind or every kind, marked one by one or all at once.

import { newest, table } from './api.js';
import { fill, find, findAll, h, icon } from './dom.js';
import { field, segmented, select } from './form.js';
import { CHANGED, inbox, markRead, noticeRow } from './notices.js';
import { actingField, actingPerson, knowActing } from './people.js';
import { told } from './toast.js';
import { count, t } from './words.js';

const PAGE = 40;
const noticesOf = newest(inbox);

export function start() {
  told(() => new Inbox(find('#content')).begin());
}

class Inbox {
  constructor(place) {
    const { unread, kind } = window.geo.state.get();
    this.asked = { unread: unread === '1', kind: kind || '' };
    this.place = place;
    this.rows = h('ul', { class: 'notice-rows card', 'aria-label': t('Notices') });
    this.head = h('p', { class: 'inbox-count', 'aria-live': 'polite' });
    this.foot = h('div', { class: 'list-foot' });
  }

  async begin() {
    await knowActing();
    const kinds = await table('/notice-kinds');
    fill(this.place, this.who(), this.tools(kinds), this.rows, this.foot);
    document.addEventListener(CHANGED, (event) => this.say(event.detail));
    await this.load();
  }

  who() {
    const acting = actingField({ onchange: () => told(() => this.load()) });
    return acting.element && h('div', { class: 'card inbox-who' }, acting.element);
  }

  tools(kinds) {
    const which = [['all', t('All')], ['unread', t('Unread')]];
    const choose = (value) => this.choose({ unread: value === 'unread' });
    const options = [['', t('Every kind')], ...kinds.map(({ kind, title }) => [kind, title])];
    const kind = select('kind', options, this.asked.kind, { onchange: (event) => this.choose({ kind: event.target.value }) });
    const all = h('button', { type: 'button', class: 'btn', id: 'read-all', onclick: () => told(() => this.readAll()) }, icon('check'), t('Mark all as read'));
    return h(
      'div',
      { class: 'inbox-tools' },
      segmented('which', which, this.asked.unread ? 'unread' : 'all', choose, t('Which notices')),
      field(t('Kind of notice'), kind),
      this.head,
      all,
    );
  }

  choose(changes) {
    Object.assign(this.asked, changes);
    window.geo.state.set({ unread: this.asked.unread ? '1' : null, kind: this.asked.kind || null });
    told(() => this.load());
  }

  async load(after = 0) {
    const person = actingPerson();
    if (!person) return this.showNobody();
    const page = await noticesOf(person.code, { ...this.asked, after, limit: PAGE });
    if (!page) return undefined;
    const rows = page.notices.map((notice) => noticeRow(notice, person.code));
    if (after) this.rows.append(...rows);
    else fill(this.rows, rows.length ? rows : h('li', { class: 'empty' }, this.none()));
    this.say(page.unread);
    return fill(this.foot, page.next && this.more(page.next));
  }

  none() {
    return this.asked.unread ? t('Everything is read.') : t('No notices yet.');
  }

  showNobody() {
    fill(this.rows, h('li', { class: 'empty' }, t('Notices come to a person: choose who you are.')));
    this.say(0);
    fill(this.foot);
  }

  more(next) {
    return h('button', { type: 'button', class: 'btn block', onclick: () => told(() => this.load(next)) }, t('Show more'));
  }

  say(unread) {
    fill(this.head, unread ? t('{n} unread', { n: count(unread) }) : t('Everything is read.'));
    find('#read-all').disabled = !unread;
  }

  async readAll() {
    await markRead(actingPerson().code);
    findAll('.unread', this.rows).forEach((row) => row.classList.remove('unread'));
    findAll('.dot', this.rows).forEach((dot) => dot.remove());
    if (this.asked.unread) await this.load();
  }
}
