// The session has ended while the page was open: what is on it stays readable, and the way back in is offered.

import { h, icon } from './dom.js';
import { t } from './words.js';

export function sessionEnded() {
  if (!window.geo.page.me || document.getElementById('session-end')) return;
  const href = `/login?${new URLSearchParams({ next: location.pathname + location.search })}`;
  const said = h('span', {}, t('Your session has ended. What you have not sent yet stays on this page.'));
  const way = h('a', { class: 'btn', href, target: '_blank' }, t('Sign in'));
  document.body.append(h('div', { class: 'away', id: 'session-end', role: 'alert' }, icon('lock'), said, way));
}

// Somebody has signed in again, here or in another tab.
export const sessionIsBack = () => document.getElementById('session-end')?.remove();
