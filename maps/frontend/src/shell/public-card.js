// One problem as everybody may read it: what, where, since when, until when, and the photos that were released.

import { get } from './api.js';
import { fill, h } from './dom.js';
import { facts } from './facts.js';
import { box } from './geometry.js';
import { openDetail } from './panel.js';
import { compare } from './photo-compare.js';
import { problemHead } from './problem-head.js';
import { told } from './toast.js';
import { t, time } from './words.js';
import { word } from './choices.js';

let shown = null;

export const shownPublicProblem = () => shown;

// Opens the card of problem `id`; `fit` also moves the map there. `onLeave` when it is closed.
export async function openPublicProblem(id, { fit = false, onLeave = () => {} } = {}) {
  shown = String(id);
  const feature = await told(() => get(`/problems/${id}`));
  if (shown !== String(id)) return;
  if (!feature) shown = null; // could not be had: whoever chooses it again asks again
  if (!feature) return;
  const leave = () => {
    shown = null;
    window.geo.highlight(null);
    window.geo.state.set({ id: null });
    onLeave();
  };
  openDetail({ title: feature.properties.category_name, content: publicCard(feature), onLeave: leave });
  shown = String(id);
  window.geo.state.set({ id });
  window.geo.highlight(feature);
  if (fit) window.geo.fit(box(feature));
}

export function publicCard(feature) {
  const one = feature.properties;
  return h('article', { class: 'problem public', 'data-id': one.id }, problemHead(one), photos(one.id), places(one), dates(one));
}

const dates = (one) =>
  h(
    'section',
    {},
    h('h2', { class: 'label' }, t('Details')),
    facts([
      [t('Found'), time(one.found_at)],
      [t('Deadline'), time(one.due_at)],
      [t('Closed at'), time(one.closed_at)],
    ]),
  );

function places({ places: all }) {
  if (!all.length) return null;
  const item = (place) =>
    h('li', { class: 'place' }, h('span', {}, place.name || place.code), h('small', {}, word('layer', place.layer)));
  return h('section', {}, h('h2', { class: 'label' }, t('Place')), h('ul', { class: 'places' }, all.map(item)));
}

// Nothing is shown where nothing was released.
function photos(id) {
  const place = h('section', { class: 'photos' });
  told(async () => fill(place, released(await get(`/problems/${id}/photos`))));
  return place;
}

function released(all) {
  const latest = (role) => all.filter((photo) => photo.role === role).at(-1);
  const [before, after] = [latest('before'), latest('after')];
  return [
    before && after && compare(before, after),
    all.length > 0 && h('ul', { class: 'photo-grid' }, all.map(thumb)),
  ];
}

const thumb = (photo) =>
  h(
    'li',
    {},
    h(
      'a',
      { class: 'thumb', href: photo.url, target: '_blank', rel: 'noopener', 'aria-label': photo.role_name },
      h('img', { src: photo.preview_url, alt: '', loading: 'lazy' }),
      h('span', { class: 'photo-tag' }, photo.role_name),
    ),
  );
