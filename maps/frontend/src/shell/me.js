// Who has signed in, at the end of the bar: their name, the way to their own account, and signing out.

import { remove } from './api.js';
import { Fold } from './bar.js';
import { word } from './choices.js';
import { fill, h, icon } from './dom.js';
import { busy } from './form.js';
import { told } from './toast.js';
import { t } from './words.js';

// Puts it into `mount`; nothing happens where there is no such place (a saved file).
export function startMe(mount) {
  if (!mount) return;
  const { me, name } = window.geo.page;
  if (me) signedIn(mount, me);
  else if (name !== 'login') fill(mount, signIn());
}

function signIn() {
  const link = h('a', { class: 'btn', id: 'sign-in', href: '/login' }, icon('person'), h('span', {}, t('Sign in')));
  if (window.geo.page.name === 'receipt') return link; // whose address is a secret
  link.addEventListener('click', () => {
    link.href = `/login?${new URLSearchParams({ next: location.pathname + location.search })}`;
  });
  return link;
}

function signedIn(mount, me) {
  const button = h(
    'button',
    { type: 'button', class: 'btn quiet me-button', id: 'me-button', 'aria-expanded': 'false', 'aria-controls': 'me-list', 'aria-label': t('My account: {name}', { name: me.name }) },
    h('span', { class: 'me-sign', 'aria-hidden': 'true' }, [...me.name][0]),
    h('span', { class: 'me-name' }, me.name),
    icon('down'),
  );
  const roles = me.roles.map((role) => word('role', role)).join(t(', '));
  const list = h(
    'div',
    { class: 'me-list', id: 'me-list' },
    h('p', { class: 'me-head' }, h('b', {}, me.name), h('small', {}, roles || t('No post')), h('small', {}, me.account)),
    !me.demo && line('/account#password', 'lock', t('Change password')),
    line('/account#tokens', 'rules', t('My tokens')),
    h('button', { type: 'button', class: 'me-line', id: 'sign-out', onclick: (event) => busy(event.currentTarget, () => told(signOut)) }, icon('undo'), t('Sign out')),
  );
  fill(mount, button, list);
  new Fold('#me-button', '#me-list', '#me').start();
}

const line = (href, drawing, title) => h('a', { class: 'me-line', href }, icon(drawing), title);

async function signOut() {
  await remove('/session').catch((error) => error.status === 401 || Promise.reject(error)); // has ended by itself
  location.assign('/login');
}
