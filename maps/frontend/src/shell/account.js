// One's own account: who one is, a new password, tokens for programs, and where one is signed in.

import { get, post, remove } from './api.js';
import { word } from './choices.js';
import { askForm } from './dialog.js';
import { fill, find, h, icon } from './dom.js';
import { tableOf } from './facts.js';
import { BadField, busy, field, input, segmented, select, showErrors } from './form.js';
import { OwnSessions } from './own-sessions.js';
import { showSecret } from './secret.js';
import { toast, told } from './toast.js';
import { tokenScopes } from './token-scopes.js';
import { day, t, time } from './words.js';

const DAYS = [7, 30, 90, 180, 366];
const USUAL_DAYS = 90;

export function start() {
  const { me } = window.geo.page;
  const parts = [about(me), me.demo ? demoNote() : password(me)];
  if (me.must_change) fill(find('#content'), mustChange(), parts);
  else {
    const lists = [new Tokens(), new OwnSessions()];
    fill(find('#content'), parts, lists.map((one) => one.element));
    for (const one of lists) told(() => one.load());
  }
  if (location.hash) find(location.hash)?.scrollIntoView();
}

function about(me) {
  const roles = me.roles.map((role) => h('span', { class: 'badge' }, word('role', role)));
  return h(
    'section',
    { class: 'card me-card' },
    h('span', { class: 'me-sign large', 'aria-hidden': 'true' }, [...me.name][0]),
    h('div', {}, h('h2', {}, me.name), h('p', {}, t('Account: {name}', { name: me.account }))),
    h('div', { class: 'chips' }, roles.length ? roles : h('span', { class: 'muted' }, t('No post'))),
  );
}

const mustChange = () =>
  h('p', { class: 'notice warn', role: 'status' }, t('You signed in with a one-time password. Take one of your own; then everything else opens.'));

const demoNote = () => h('p', { class: 'notice' }, t('The accounts of the demo town stay as they are.'));

function password(me) {
  const secret = (name, autocomplete) => input(name, '', { type: 'password', autocomplete });
  const [old, fresh, again] = [secret('old', 'current-password'), secret('password', 'new-password'), secret('again', 'new-password')];
  const answer = h('p', { class: 'notice error', role: 'alert', hidden: true });
  const send = h('button', { type: 'submit', class: 'btn primary' }, t('Change password'));
  const form = h(
    'form',
    { class: 'form card', id: 'password', novalidate: true },
    h('h2', {}, t('Change password')),
    h('input', { type: 'text', name: 'username', autocomplete: 'username', value: me.account, hidden: true }),
    field(me.must_change ? t('One-time password') : t('Present password'), old),
    field(t('New password'), fresh, { hint: t('At least 10 characters; several words are easier to keep in mind than signs.') }),
    field(t('New password, once more'), again),
    answer,
    h('div', { class: 'buttons' }, send),
  );
  const submit = async () => {
    answer.hidden = true;
    try {
      if (fresh.value !== again.value) throw new BadField('again', t('The two new passwords differ.'));
      await post('/password', { old: old.value, password: fresh.value });
      if (me.must_change) return location.assign('/');
      form.reset();
      toast(t('The password is changed; your other sessions have ended.'));
    } catch (error) {
      answer.hidden = false;
      fill(answer, showErrors(form, error));
    }
    return undefined;
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    busy(send, submit);
  });
  return form;
}

class Tokens {
  constructor() {
    this.list = h('div', { class: 'scroll', 'aria-live': 'polite' });
    const add = h('button', { type: 'button', class: 'btn', id: 'add-token', onclick: () => this.ask() }, icon('plus'), t('New token'));
    this.element = h(
      'section',
      { class: 'card', id: 'tokens' },
      h('h2', {}, t('My tokens')),
      h('p', {}, t('A token lets a program, such as QGIS, ask in your name: as “Authorization: Bearer …”, or as the password beside any user name.')),
      this.list,
      h('div', { class: 'buttons' }, add),
    );
  }

  async load() {
    const found = await get('/tokens');
    fill(this.list, found.length ? tokenTable(found, (one) => this.revoke(one)) : h('p', { class: 'empty' }, t('No tokens yet.')));
  }

  ask() {
    const label = input('label', '', { maxlength: 100, placeholder: 'QGIS' });
    let scope = 'read';
    const scopes = Object.entries(tokenScopes());
    const days = select('days', DAYS.map((n) => [n, t('{n} days', { n })]), USUAL_DAYS);
    askForm({
      title: t('New token'),
      parts: [
        field(t('Purpose'), label),
        h('div', { class: 'field', 'data-field': 'scope' }, segmented('scope', scopes, scope, (value) => (scope = value), t('Scope'))),
        field(t('Good for'), days),
      ],
      save: t('Make it'),
      onsave: async () => {
        const made = await post('/tokens', { label: label.value.trim(), scope, days: Number(days.value) });
        await this.load();
        showSecret(t('The token'), made.token, t('It is shown this once: put it into the program now.'));
      },
    });
  }

  revoke(one) {
    askForm({
      title: t('Revoke this token?'),
      parts: h('p', {}, t('“{label}” will be refused at once.', { label: one.label || one.id })),
      save: t('Revoke'),
      onsave: async () => (await remove(`/tokens/${one.id}`), this.load()),
    });
  }
}

function tokenTable(rows, onrevoke) {
  const heads = [t('Purpose'), t('Scope'), t('Made'), t('Expires'), t('Last used'), ''];
  return tableOf(heads, rows.map((one) => tokenRow(one, onrevoke)));
}

function tokenRow(one, onrevoke) {
  const over = one.revoked_at ? t('revoked') : Date.parse(one.expires_at) < Date.now() && t('expired');
  const button = h('button', { type: 'button', class: 'btn small', onclick: () => onrevoke(one) }, t('Revoke'));
  return h(
    'tr',
    { 'data-token': one.id, class: over ? 'over' : '' },
    h('td', {}, one.label || '–'),
    h('td', {}, tokenScopes()[one.scope]),
    h('td', {}, day(one.created_at)),
    h('td', {}, day(one.expires_at)),
    h('td', {}, time(one.last_used_at) || '–'),
    h('td', {}, over ? h('span', { class: 'badge off' }, over) : button),
  );
}
