// The bar: the menu on narrow screens, the switches of language and brightness, saving the map.

import { find, findAll } from './dom.js';

const YEAR_S = 31_536_000;

export function startBar() {
  findAll('[data-switch]').forEach((link) => link.addEventListener('click', followSwitch));
  find('#save-html')?.addEventListener('click', addQuery);
  const button = find('#menu-button');
  button?.addEventListener('click', () => setMenu(button.getAttribute('aria-expanded') !== 'true'));
  document.addEventListener('keydown', (event) => event.key === 'Escape' && setMenu(false));
  document.addEventListener('click', (event) => !event.target.closest('.bar') && setMenu(false));
}

function setMenu(open) {
  find('#menu-button')?.setAttribute('aria-expanded', String(open));
  find('#menu')?.classList.toggle('open', open);
}

// The link's own query is that of the moment the page was made; position and filters have moved on.
// Brightness changes at once; another language is another page.
function followSwitch(event) {
  const { switch: name, value } = event.currentTarget.dataset;
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR_S}; samesite=lax`;
  if (name === 'theme') {
    event.preventDefault();
    setTheme(value);
    return;
  }
  const query = new URLSearchParams(location.search);
  query.set(name, value);
  event.currentTarget.href = `?${query}`;
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  window.geo.state.set({ theme });
  for (const link of findAll('[data-switch=theme]')) {
    if (link.dataset.value === theme) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  }
}

function addQuery(event) {
  const link = event.currentTarget;
  link.href = `${link.pathname}${location.search}`;
}
