// What a person sees of it: a word that the map has been updated, and a banner while the service is away.

import { find, h, icon } from './dom.js';
import { toast } from './toast.js';
import { t, time } from './words.js';

const STAYS_MS = 1800;

let banner = null;
let seen = window.geo.page.now; // when what is shown was true
let timer = 0;

export const isAway = () => banner !== null;

// The service cannot be reached: what is shown grows old, and the page says so.
export function away() {
  if (banner) return;
  const said = t('The service cannot be reached. What you see is as of {time}; the page tries again by itself.', { time: time(seen) });
  banner = h('div', { class: 'away', id: 'away', role: 'alert' }, icon('alert'), h('span', {}, said));
  document.body.append(banner);
}

// It answers; true when it was away until now.
export function back() {
  seen = new Date().toISOString();
  if (!banner) return false;
  banner.remove();
  banner = null;
  toast(t('The service is there again.'));
  return true;
}

// On a map only: lists and numbers show by themselves what is new.
export async function flash() {
  sayMoment();
  const map = window.geo.page.name && find('.leaflet-container');
  if (!map) return;
  find('.updated', map)?.remove();
  const note = h('div', { class: 'updated', role: 'status' }, icon('check'), t('Updated'));
  map.append(note);
  clearTimeout(timer);
  timer = setTimeout(() => note.remove(), STAYS_MS);
}

// The foot of the panel and the line on the map tell of which moment they are.
function sayMoment() {
  seen = new Date().toISOString();
  const moment = find('.attribution .moment');
  if (moment && !window.geo.page.town.as_of) moment.textContent = t('As of {time}', { time: time(seen) });
}
