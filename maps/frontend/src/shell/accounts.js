// Administration of accounts: who can sign in, with which posts; new ones, lost passwords, switching off.

import { get, patch, post } from './api.js';
import { codes, word } from './choices.js';
import { askForm } from './dialog.js';
import { debounced, fill, find, findAll, h, icon } from './dom.js';
import { field, input, select } from './form.js';
import { personField } from './person-field.js';
import { showSecret } from './secret.js';
import { toast, told } from './toast.js';
import { day, t } from './words.js';

export function start() {
  told(() => new Accounts(find('#content')).begin());
}

class Accounts {
  constructor(place) {
    this.list = h('div', { class: 'account-list', 'aria-live': 'polite' });
    this.search = input('search', '', { type: 'search', placeholder: t('Name, account or role'), 'aria-label': t('Search') });
    this.search.addEventListener('input', debounced(() => this.show(), 120));
    const add = h('button', { type: 'button', class: 'btn primary', id: 'add-account', onclick: () => this.add() }, icon('plus'), t('New account'));
    fill(place, h('div', { class: 'toolbar' }, this.search, add), this.list);
  }

  async begin() {
    this.found = await get('/accounts');
    this.show();
  }

  show() {
    if (!this.found) return; // on their way: shown as soon as they are here
    const typed = this.search.value.trim().toLowerCase();
    const said = (one) => [one.name, one.person_name, ...one.role_names].join(' ').toLowerCase();
    const cards = this.found.filter((one) => said(one).includes(typed)).map((one) => this.card(one));
    fill(this.list, cards.length ? cards : h('p', { class: 'card empty' }, t('Nobody of that name')));
  }

  card(one) {
    return h(
      'article',
      { class: one.active ? 'card account' : 'card account off', 'data-account': one.name },
      h('span', { class: 'me-sign', 'aria-hidden': 'true' }, [...one.person_name][0]),
      h('div', { class: 'account-who' }, h('b', {}, one.person_name), h('small', {}, t('Account: {name}', { name: one.name }))),
      h('div', { class: 'chips' }, one.role_names.map((title) => h('span', { class: 'badge' }, title)), marks(one)),
      one.demo ? h('small', { class: 'muted' }, t('Belongs to the demo town')) : this.buttons(one),
    );
  }

  buttons(one) {
    const button = (name, title, onclick, look = '') =>
      h('button', { type: 'button', class: `btn small ${look}`, 'data-do': name, onclick }, title);
    const mine = one.name === window.geo.page.me?.account;
    return h(
      'div',
      { class: 'buttons' },
      button('roles', t('Posts'), () => this.posts(one)),
      button('reset', t('New password'), () => this.reset(one)),
      !mine && button('active', one.active ? t('Switch off') : t('Switch on'), () => this.toggle(one), one.active ? 'quiet' : ''),
    );
  }

  add() {
    const name = input('name', '', { autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' });
    const title = input('title', '', { autocomplete: 'off' });
    const person = personField({ name: 'person', label: t('Person in the roster'), hint: t('Empty: a new person is made.') });
    const role = select('role', codes('role').map((one) => [one, word('role', one)]), 'dispatcher');
    askForm({
      title: t('New account'),
      parts: [
        field(t('Account'), name, { required: true, hint: t('What is typed when signing in.') }),
        person.element,
        field(t('Full name of a new person'), title),
        field(t('Post'), role),
      ],
      save: t('Make it'),
      onsave: async () => {
        const body = { name: name.value, title: title.value, person: person.value()?.code || '', role: role.value };
        await this.made(await post('/accounts', body));
      },
    });
  }

  posts(one) {
    const boxes = codes('role').map((role) =>
      h('label', { class: 'check' }, h('input', { type: 'checkbox', value: role, checked: one.posts.includes(role) }), h('span', {}, word('role', role))),
    );
    const list = h('div', { class: 'post-checks', 'data-field': 'role' }, boxes, h('span', { class: 'field-error', hidden: true }));
    askForm({
      title: t('Posts of {name}', { name: one.person_name }),
      parts: [h('p', { class: 'hint' }, t('Road chiefs, grid workers and heads of areas have their role from their places; no post is needed for that.')), list],
      save: t('Save'),
      onsave: () => this.change(one, { roles: findAll('input:checked', list).map((box) => box.value) }),
    });
  }

  reset(one) {
    askForm({
      title: t('A new password for {name}?', { name: one.person_name }),
      parts: h('p', {}, t('The old one is good no longer, and their sessions end. They must take one of their own at the next sign-in.')),
      save: t('New password'),
      onsave: async () => this.made(await post(`/accounts/${encodeURIComponent(one.name)}/reset`)),
    });
  }

  toggle(one) {
    const title = one.active ? t('Switch off the account of {name}?', { name: one.person_name }) : t('Switch on the account of {name}?', { name: one.person_name });
    const told_ = one.active ? t('Their sessions end and their tokens are revoked at once. Nothing of their work is lost.') : t('They sign in with the password they had.');
    askForm({
      title,
      parts: h('p', {}, told_),
      save: one.active ? t('Switch off') : t('Switch on'),
      onsave: () => this.change(one, { active: !one.active }),
    });
  }

  async change(one, changes) {
    await patch(`/accounts/${encodeURIComponent(one.name)}`, changes);
    await this.begin();
    toast(t('Saved'));
  }

  async made(account) {
    await this.begin();
    showSecret(
      t('Password for {name}', { name: account.person_name }),
      account.one_time_password,
      t('It is shown this once and must be changed at the next sign-in. Account: {name}', { name: account.name }),
    );
  }
}

function marks(one) {
  return [
    !one.active && h('span', { class: 'badge off' }, t('Switched off')),
    one.must_change && one.active && h('span', { class: 'badge warn' }, t('One-time password, made {day}', { day: day(one.changed_at) })),
  ];
}
