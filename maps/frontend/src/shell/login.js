// The sign-in page: name and password, on the demo also its accounts, with a provider also the way there.

import { post } from './api.js';
import { fill, find, h, icon } from './dom.js';
import { busy, field, input, showErrors } from './form.js';
import { t } from './words.js';

export function start() {
  new Login(window.geo.page).show(find('#content'));
}

class Login {
  constructor({ next, demo_accounts, oidc, params }) {
    Object.assign(this, { next, demo: demo_accounts, oidc, fault: params.fault });
    this.name = input('username', '', { autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false' });
    this.password = input('password', '', { type: 'password', autocomplete: 'current-password' });
    this.remember = h('input', { type: 'checkbox', name: 'remember' });
    this.answer = h('p', { class: 'notice error', role: 'alert', hidden: true });
    this.send = h('button', { type: 'submit', class: 'btn primary block' }, t('Sign in'));
  }

  show(place) {
    const form = h(
      'form',
      { class: 'form card', method: 'post', novalidate: true },
      field(t('Account'), this.name),
      field(t('Password'), this.password),
      h('label', { class: 'check' }, this.remember, h('span', {}, t('Stay signed in on this device for 30 days'))),
      this.answer,
      this.send,
      this.oidc && this.provider(),
      h('p', { class: 'hint' }, t('Forgotten? An administrator gives you a new password.')),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      busy(this.send, () => this.enter(form));
    });
    fill(place, form, this.demo.length > 0 && this.offered());
    place.classList.toggle('with-demo', this.demo.length > 0);
    if (this.fault) this.say(t('The other service did not confirm who you are.'));
    this.name.focus();
  }

  provider() {
    const href = `/login/oidc?${new URLSearchParams({ next: this.next })}`;
    return h('a', { class: 'btn block', id: 'oidc', href }, icon('lock'), t('Sign in with {name}', { name: this.oidc }));
  }

  offered() {
    const one = ({ name, password, title, role }) =>
      h(
        'button',
        { type: 'button', class: 'demo-account', 'data-role': role, onclick: () => this.take(name, password) },
        h('b', {}, title),
        h('code', {}, name),
        h('code', {}, password),
      );
    return h(
      'section',
      { class: 'card demo-accounts', 'aria-labelledby': 'demo-title' },
      h('h2', { id: 'demo-title' }, t('Accounts of the demo town')),
      h('p', {}, t('Choose a role to look at the town with its eyes. A real town has none of these accounts.')),
      h('div', { class: 'demo-grid' }, this.demo.map(one)),
    );
  }

  take(name, password) {
    this.name.value = name;
    this.password.value = password;
    this.answer.hidden = true;
    this.send.focus();
  }

  async enter(form) {
    this.answer.hidden = true;
    const said = { username: this.name.value.trim(), password: this.password.value, remember: this.remember.checked };
    if (!said.username || !said.password) return this.say(t('Please give your account and your password.'));
    try {
      const me = await post('/session', said);
      location.assign(me.must_change ? '/account' : this.next);
    } catch (error) {
      this.password.select();
      this.say(showErrors(form, error));
    }
    return undefined;
  }

  say(text) {
    this.answer.hidden = false;
    fill(this.answer, text);
  }
}
