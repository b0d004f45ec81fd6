// The bar: the list under "More", the menu on narrow screens, the switches of language and brightness, saving the map.

import { find, findAll } from './dom.js';
import { startSaving } from './save-map.js';

const YEAR_S = 31_536_000;

export function startBar() {
  findAll('[data-switch]').forEach((link) => link.addEventListener('click', followSwitch));
  if (find('#save-html')) startSaving(find('#save-html'));
  for (const fold of [new Fold('#menu-button', '#menu', '.bar'), new Fold('#more-button', '#more-list', '#more')])
    fold.start();
}

// A list that a button opens: Escape and a click elsewhere close it, the arrow keys go from line to line.
export class Fold {
  constructor(button, list, around) {
    Object.assign(this, { button: find(button), list: find(list), around });
  }

  start() {
    if (!this.button) return;
    this.button.addEventListener('click', () => this.set(!this.open));
    this.button.addEventListener('keydown', (event) => event.key === 'ArrowDown' && this.enter(event));
    this.list.addEventListener('keydown', (event) => this.go(event));
    document.addEventListener('keydown', (event) => event.key === 'Escape' && this.leave(event));
    document.addEventListener('click', (event) => !event.target.closest(this.around) && this.set(false));
  }

  get open() {
    return this.button.getAttribute('aria-expanded') === 'true';
  }

  set(open) {
    this.button.setAttribute('aria-expanded', String(open));
    this.list.classList.toggle('open', open);
  }

  links() {
    return findAll('a, button', this.list).filter((link) => link.checkVisibility());
  }

  enter(event) {
    event.preventDefault();
    event.stopPropagation();
    this.set(true);
    this.links()[0]?.focus();
  }

  go(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const links = this.links();
    const at = links.indexOf(document.activeElement);
    if (!by || at < 0) return;
    event.preventDefault();
    event.stopPropagation();
    links[(at + by + links.length) % links.length].focus();
  }

  leave(event) {
    if (!this.open || find('dialog[open]')) return; // a window over it closes first
    event.preventDefault();
    const inside = this.list.contains(document.activeElement);
    this.set(false);
    if (inside) this.button.focus();
  }
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
