// The photos of a problem in its card: side by side, one by one, with what is doubtful about them, and more of them.

import { get } from './api.js';
import { fill, h, icon } from './dom.js';
import { busy } from './form.js';
import { actingField } from './people.js';
import { compare } from './photo-compare.js';
import { photosField } from './photo-picker.js';
import { openCompare, openPhotos } from './photo-viewer.js';
import { told } from './toast.js';
import { t } from './words.js';

export { photosField };

// What a photo added now most likely shows.
const NEXT_ROLE = { assigned: 'during', in_hand: 'after', returned: 'after', fixed: 'after', closed: 'after' };

// The section of the card; `refresh()` shows the card anew after a change. Not in a file that opens without a service.
export function section(feature, refresh) {
  if (window.geo.page.standalone) return null;
  const { id, state, may_change: mine } = feature.properties;
  const place = h('div', {}, h('p', { class: 'loading' }, t('Loading …')));
  const changed = () => refresh(id);
  told(async () => fill(place, contents(await get(`/problems/${id}/photos`), { id, state, mine, changed })));
  return h('section', { class: 'photos' }, h('h2', { class: 'label' }, t('Photos')), place);
}

function contents(photos, about) {
  const latest = (role) => photos.filter((photo) => photo.role === role).at(-1);
  const [before, after] = [latest('before'), latest('after')];
  return [
    before && after && sideBySide(before, after),
    photos.length > 0 && h('ul', { class: 'photo-grid' }, photos.map((photo, i) => thumb(photos, i, about))),
    warnings(photos),
    about.mine && adding(photos, about),
  ];
}

const sideBySide = (before, after) =>
  h(
    'div',
    { class: 'side-by-side' },
    compare(before, after),
    h(
      'button',
      {
        type: 'button',
        class: 'btn icon-only expand',
        'aria-label': t('Full screen'),
        title: t('Full screen'),
        onclick: () => openCompare(before, after),
      },
      icon('expand'),
    ),
  );

function thumb(photos, i, { state, mine, changed }) {
  const photo = photos[i];
  const doubtful = photo.warnings.length > 0;
  return h(
    'li',
    {},
    h(
      'button',
      {
        type: 'button',
        class: 'thumb',
        'data-photo': photo.id,
        'aria-label': doubtful
          ? t('{role}, with {n} doubts', { role: photo.role_name, n: photo.warnings.length })
          : photo.role_name,
        onclick: () => openPhotos(photos, i, { state, mine, changed }),
      },
      h('img', { src: photo.preview_url, alt: '', loading: 'lazy' }),
      h('span', { class: 'photo-tag' }, photo.role_name),
      doubtful && h('span', { class: 'photo-doubt' }, icon('alert')),
      photo.released_at && h('span', { class: 'photo-tag top' }, t('Public')),
    ),
  );
}

// Each doubt once, in words, with the roles of the photos that it concerns.
function warnings(photos) {
  const said = new Map();
  for (const photo of photos)
    for (const { text } of photo.warnings) said.set(text, [...(said.get(text) || []), photo.role_name]);
  if (!said.size) return null;
  const lines = [...said].map(([text, roles]) => h('li', {}, h('b', {}, [...new Set(roles)].join(t(', '))), text));
  return h('div', { class: 'notice warn photo-doubts' }, icon('alert'), h('ul', {}, lines));
}

function adding(photos, about) {
  const place = h('div', { class: 'photo-adding' });
  const offer = () => {
    const open = h('button', { type: 'button', class: 'btn block', onclick: ask }, icon('camera'), t('Add photos'));
    fill(place, photos.length ? null : h('p', { class: 'hint' }, t('No photo yet.')), open);
  };
  const ask = () => {
    fill(place, form(about, offer));
    place.querySelector('button').focus();
  };
  offer();
  return place;
}

function form({ id, state, changed }, oncancel) {
  const who = actingField();
  const send = h('button', { type: 'submit', class: 'btn primary', disabled: true }, t('Send photos'));
  const photos = photosField({
    role: NEXT_ROLE[state] || 'before',
    onchange: (count) => {
      send.disabled = count === 0;
    },
  });
  const cancel = h('button', { type: 'button', class: 'btn quiet', onclick: oncancel }, t('Cancel'));
  const element = h(
    'form',
    { class: 'form boxed', novalidate: true },
    photos.element,
    who.element,
    h('div', { class: 'buttons' }, send, cancel),
  );
  element.addEventListener('submit', (event) => {
    event.preventDefault();
    busy(send, async () => (await photos.upload(id, who.value()?.code)) === 0 && changed());
  });
  return element;
}
