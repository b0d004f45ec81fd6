// Where one is signed in: a table of the browsers, each of which can be ended from here.

import { get, remove } from './api.js';
import { device } from './device.js';
import { askForm } from './dialog.js';
import { fill, h } from './dom.js';
import { tableOf } from './facts.js';
import { t, time } from './words.js';

export class OwnSessions {
  constructor() {
    this.list = h('div', { class: 'scroll', 'aria-live': 'polite' });
    this.element = h(
      'section',
      { class: 'card', id: 'sessions' },
      h('h2', {}, t('Where I am signed in')),
      h('p', {}, t('End what you do not know, and change your password.')),
      this.list,
    );
  }

  async load() {
    fill(this.list, table(await get('/sessions'), (one) => this.end(one)));
  }

  end(one) {
    askForm({
      title: t('End this session?'),
      parts: h('p', {}, t('Whoever uses “{device}” must sign in again.', { device: device(one.device) || one.address })),
      save: t('End it'),
      onsave: async () => (await remove(`/sessions/${one.id}`), this.load()),
    });
  }
}

function table(rows, onend) {
  const heads = [t('Device'), t('From where'), t('Signed in at'), t('Last used'), t('Expires'), ''];
  return tableOf(heads, rows.map((one) => row(one, onend)));
}

function row(one, onend) {
  const button = h('button', { type: 'button', class: 'btn small', onclick: () => onend(one) }, t('End it'));
  return h(
    'tr',
    { 'data-session': one.id },
    h('td', { title: one.device }, device(one.device) || '–'),
    h('td', {}, one.address || '–'),
    h('td', {}, time(one.created_at)),
    h('td', {}, time(one.last_used_at)),
    h('td', {}, time(one.ends_at)),
    h('td', {}, one.current ? h('span', { class: 'badge' }, t('This one')) : button),
  );
}
