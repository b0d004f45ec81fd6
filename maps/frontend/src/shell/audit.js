// The audit: who signed in, was refused, took data out, changed accounts; the newest first.

import { get, newest } from './api.js';
import { word } from './choices.js';
import { device } from './device.js';
import { fill, find, h, icon } from './dom.js';
import { tableOf } from './facts.js';
import { busy, input, select } from './form.js';
import { told } from './toast.js';
import { tokenScopes } from './token-scopes.js';
import { t, time } from './words.js';

export function start() {
  told(() => new Audit(find('#content')).load());
}

const entries = newest((query) => get('/audit', query));

class Audit {
  constructor(place) {
    Object.assign(this, { place, acts: [], act: '', account: '', rows: [] });
    this.filters = h('div', { class: 'toolbar' });
    this.list = h('div', { class: 'card scroll', 'aria-live': 'polite' });
    this.more = h('button', { type: 'button', class: 'btn', hidden: true, onclick: () => busy(this.more, () => told(() => this.load(this.next))) }, t('Show more'));
    fill(place, this.filters, this.list, this.more);
  }

  async load(after = 0) {
    const page = await entries({ act: this.act, account: this.account, after: after || '' });
    if (!page) return;
    this.rows = after ? [...this.rows, ...page.entries] : page.entries;
    this.next = page.next;
    this.more.hidden = !page.next;
    if (!this.acts.length) this.offer(page.acts);
    fill(this.list, this.rows.length ? table(this.rows) : h('p', { class: 'empty' }, t('Nothing of that kind yet.')));
  }

  offer(acts) {
    this.acts = acts;
    const act = select('act', [['', t('Every kind')], ...acts.map((one) => [one.act, one.title])], '', { 'aria-label': t('What happened') });
    const account = input('account', '', { placeholder: t('Account'), 'aria-label': t('Account'), autocapitalize: 'none' });
    const changed = () => {
      Object.assign(this, { act: act.value, account: account.value.trim() });
      told(() => this.load());
    };
    act.addEventListener('change', changed);
    account.addEventListener('change', changed);
    fill(this.filters, act, account);
  }
}

const GRAVE = ['sign_in_failed', 'refused'];

function table(rows) {
  const heads = [t('Time'), t('What happened'), t('Who'), t('About'), t('From where')];
  return tableOf(heads, rows.map(line), 'audit-table');
}

function line(one) {
  const grave = GRAVE.includes(one.act);
  return h(
    'tr',
    { 'data-act': one.act },
    h('td', {}, time(one.at)),
    h('td', {}, h('span', { class: grave ? 'badge warn' : 'badge' }, grave && icon('alert'), one.act_name)),
    h('td', {}, one.account ? h('span', {}, one.person_name, h('small', {}, one.account)) : h('span', { class: 'muted' }, who(one))),
    h('td', {}, about(one)),
    h('td', {}, one.address || '–', one.device && h('small', { title: one.device }, device(one.device))),
  );
}

const who = (one) => (one.act === 'sign_in_failed' || one.address ? t('Nobody known') : t('On the command line'));

const DONE = () => ({
  made: t('made'), deactivated: t('switched off'), activated: t('switched on'), roles: t('posts changed'),
  subject: t('OpenID subject set'), changed: t('changed'), reset: t('reset'), revoked: t('revoked'),
});

function about(one) {
  const object = one.act === 'sign_in_failed' ? '' : one.object;
  const { done, roles, scope, way, remembered, why } = one.detail;
  const posts = (roles || []).map((role) => word('role', role));
  const how = [way === 'openid' && 'OpenID', remembered && t('for 30 days')];
  const said = [DONE()[done], ...posts, tokenScopes()[scope], ...how, why && t(why)].filter(Boolean).join(t(', '));
  return [object, said && h('small', {}, said)];
}
