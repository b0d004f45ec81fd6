// Reports that were merged into a problem: each is further evidence of it, with its own photos; none is lost.

import { get } from './api.js';
import { h } from './dom.js';
import { openPhotos } from './photo-viewer.js';
import { told } from './toast.js';
import { day, t } from './words.js';

// `id` of the problem that stays, `events`: its history; `onopen(id)` shows another one. Null where nothing was merged.
export function evidence(id, events, onopen) {
  const merged = events.filter((event) => event.kind === 'evidence' && event.payload?.problem_id);
  if (!merged.length) return null;
  const lines = merged.map(({ payload }) => line(payload, onopen));
  if (!window.geo.page.standalone)
    told(async () => show(await get(`/problems/${id}/photos`, { merged: true }), lines));
  return h(
    'section',
    {},
    h('h2', { class: 'label' }, t('Further evidence')),
    h('ul', { class: 'evidence' }, lines),
  );
}

const line = ({ problem_id: id, code, found_at, description }, onopen) =>
  h(
    'li',
    { 'data-id': id },
    h('button', { type: 'button', class: 'link-button', onclick: () => onopen(id) }, code),
    h('small', {}, [day(found_at), description].filter(Boolean).join(' · ')),
  );

// Each photo below the report that it came with; one that was merged on the way there stands below the last.
function show(photos, lines) {
  for (const line of lines) {
    const mine = photos.filter(({ problem_id: of }) => lineOf(of, lines) === line);
    if (mine.length) line.append(thumbs(mine));
  }
}

const lineOf = (id, lines) => lines.find((line) => line.dataset.id === String(id)) || lines.at(-1);

// The photos stay with the problems that they were taken of; here they are only shown.
const thumbs = (photos) =>
  h('ul', { class: 'photo-grid' }, photos.map((photo, i) => h('li', {}, thumb(photo, () => openPhotos(photos, i, {})))));

function thumb(photo, onclick) {
  const label = t('{role} of {code}', { role: photo.role_name, code: photo.code });
  return h(
    'button',
    { type: 'button', class: 'thumb', 'data-photo': photo.id, 'aria-label': label, onclick },
    h('img', { src: photo.preview_url, alt: '', loading: 'lazy' }),
    h('span', { class: 'photo-tag' }, photo.role_name),
  );
}
