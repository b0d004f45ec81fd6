// One problem: what, where, whose, by when, what has been done, and what may be done now.

import { get } from './api.js';
import { word } from './choices.js';
import { fill, h, icon } from './dom.js';
import { facts } from './facts.js';
import { box } from './geometry.js';
import { timeline } from './history.js';
import { moveButtons } from './moves.js';
import { openDetail, refreshDetail } from './panel.js';
import { stateChip } from './states.js';
import { told } from './toast.js';
import { count, deadline, length, percent, stretch, t, time } from './words.js';

let shown = null;

export const shownProblem = () => shown;

// Opens the card of problem `id`; `fit` also moves the map there. `onLeave` when it is closed.
export async function openProblem(id, { fit = false, onLeave = () => {} } = {}) {
  shown = String(id);
  const feature = await told(() => get(`/problems/${id}`));
  if (!feature || shown !== String(id)) return;
  const leave = () => {
    shown = null;
    window.geo.highlight(null);
    window.geo.state.set({ id: null });
    onLeave();
  };
  openDetail({ title: feature.properties.category_name, content: card(feature), onLeave: leave });
  shown = String(id);
  window.geo.state.set({ id });
  window.geo.highlight(feature);
  if (fit) window.geo.fit(box(feature));
}

async function refresh(id) {
  const feature = await told(() => get(`/problems/${id}`));
  if (!feature || shown !== String(id)) return;
  refreshDetail(feature.properties.category_name, card(feature));
  window.geo.emit('change', { layer: 'problems', id });
}

function card(feature) {
  const one = feature.properties;
  const past = h('div', { class: 'timeline-box' }, h('p', { class: 'loading' }, t('Loading …')));
  told(async () => fill(past, timeline(await get(`/problems/${one.id}/history`))));
  return h(
    'article',
    { class: 'problem', 'data-id': one.id },
    head(one),
    flags(one),
    description(one),
    whose(one),
    moveButtons(one, () => refresh(one.id)),
    places(one),
    details(one),
    h('section', {}, h('h2', { class: 'label' }, t('History')), past),
  );
}

function head(one) {
  const due = deadline(one);
  return h(
    'div',
    { class: 'problem-head' },
    stateChip(one),
    due && h('span', { class: due.late ? 'due late' : 'due' }, icon('clock'), due.text),
    h('code', {}, one.code),
  );
}

const flags = (one) =>
  (one.flags || []).map((flag) =>
    h('p', { class: 'notice warn' }, icon('flag'), h('span', {}, word('flag', flag))),
  );

const description = (one) => one.description && h('p', { class: 'description' }, one.description);

// The person and, in words, why the map makes it that person.
export function responsible(who) {
  if (!who?.person) {
    return h(
      'div',
      { class: 'whose nobody' },
      icon('person'),
      h('div', {}, h('b', {}, t('Nobody is responsible yet')), who?.why && h('p', {}, who.why)),
    );
  }
  const role = [word('role', who.role), who.place_name].filter(Boolean).join(' · ');
  const call =
    who.phone &&
    h(
      'a',
      {
        class: 'btn icon-only',
        href: `tel:${who.phone}`,
        'aria-label': t('Call {name}', { name: who.person_name }),
      },
      icon('phone'),
    );
  return h(
    'div',
    { class: 'whose' },
    icon('person'),
    h(
      'div',
      {},
      h('b', { class: 'person' }, who.person_name),
      h('small', {}, role),
      who.why && h('p', { class: 'why' }, who.why),
    ),
    call,
  );
}

const whose = (one) =>
  h('section', {}, h('h2', { class: 'label' }, t('Responsible')), responsible(one.responsible));

// How a place is touched: chainage on a road, share of the area, distance otherwise.
export function placeItem(place) {
  const how = [
    word('layer', place.layer),
    place.from_m !== null && place.from_m !== undefined && stretch(place.from_m, place.to_m ?? place.from_m),
    place.share !== null &&
      place.share !== undefined &&
      place.share < 0.995 &&
      t('{share} of it', { share: percent(place.share, 0) }),
    place.distance_m >= 0.5 && t('{distance} away', { distance: length(place.distance_m) }),
  ];
  return h(
    'li',
    { class: place.lead ? 'place lead' : 'place' },
    h('span', {}, place.name || place.code, place.lead && h('span', { class: 'badge' }, t('answers'))),
    h('small', {}, how.filter(Boolean).join(' · ')),
  );
}

function places(one) {
  const rings = (one.rings || []).map((ring) =>
    h('span', { class: 'badge ring' }, icon('target'), ringText(ring)),
  );
  if (!one.places?.length && !rings.length) return null;
  return h(
    'section',
    {},
    h('h2', { class: 'label' }, t('Place')),
    rings.length > 0 && h('p', { class: 'badges' }, rings),
    h(
      'ul',
      { class: 'places' },
      (one.places || []).filter((place) => place.layer !== 'station_buffers').map(placeItem),
    ),
  );
}

const ringText = ({ name, station, inner_m, outer_m }) =>
  t('{station}, ring {inner}–{outer} m', {
    station: name || station,
    inner: Math.round(inner_m),
    outer: Math.round(outer_m),
  });

function details(one) {
  const lines = [
    [t('Found'), time(one.found_at)],
    [t('Deadline'), time(one.due_at)],
    [t('Closed at'), time(one.closed_at)],
    [t('Source'), one.source_level && word('source_level', one.source_level)],
    [t('Reported by'), one.reported_by_name],
    [t('Times returned'), one.rework_count > 0 && count(one.rework_count)],
    ...Object.entries(one.extra || {}).map(([name, value]) => [name, String(value ?? '')]),
  ];
  return h('section', {}, h('h2', { class: 'label' }, t('Details')), facts(lines));
}
