// One problem: what, where, whose, by when, what has been done, and what may be done now.

import { get, table } from './api.js';
import { banners } from './card-banners.js';
import { section as clocks } from './card-clocks.js';
import { deeds } from './card-deeds.js';
import { section as measures } from './card-measures.js';
import { section as photos } from './card-photos.js';
import { section as lookBacks } from './card-rebound.js';
import { section as reporter } from './card-reporter.js';
import { decidedRequests } from './card-requests.js';
import { section as tags } from './card-tags.js';
import { helpers, outcomes, sponsors } from './card-together.js';
import { word } from './choices.js';
import { fill, find, h, icon } from './dom.js';
import { evidence } from './evidence.js';
import { facts } from './facts.js';
import { box } from './geometry.js';
import { timeline } from './history.js';
import { openDetail, refreshDetail } from './panel.js';
import { knowActing } from './people.js';
import { problemHead } from './problem-head.js';
import { told } from './toast.js';
import { count, length, percent, stretch, t, time } from './words.js';

let shown = null;
let version = 0; // of what is shown

export const shownProblem = () => shown;

// Opens the card of problem `id`; `fit` also moves the map there. `onLeave` when it is closed.
export async function openProblem(id, { fit = false, onLeave = () => {} } = {}) {
  shown = String(id);
  const [feature, category] = await load(id);
  if (shown !== String(id)) return;
  if (!feature) shown = null; // could not be had: whoever chooses it again asks again
  if (!feature) return;
  const leave = () => {
    shown = null;
    window.geo.highlight(null);
    window.geo.state.set({ id: null });
    onLeave();
  };
  openDetail({ title: feature.properties.category_name, content: card(feature, category), onLeave: leave });
  version = feature.properties.version;
  shown = String(id);
  window.geo.state.set({ id });
  window.geo.highlight(feature);
  if (fit) window.geo.fit(box(feature));
}

// The problem and its category, which a saved file does not hold.
async function load(id) {
  await knowActing();
  const feature = await told(() => get(`/problems/${id}`));
  const categories = await table('/categories').catch(() => []);
  return [feature, categories.find((one) => one.code === feature?.properties.category)];
}

// Somebody else has changed something: the open card shows it, but never under the hands of who is writing in it.
export async function freshen() {
  const id = shown;
  if (!id || isBusy()) return;
  const feature = await get(`/problems/${id}`).catch(() => null);
  if (!feature || shown !== id || isBusy() || feature.properties.version === version) return;
  const categories = await table('/categories').catch(() => []);
  const category = categories.find((one) => one.code === feature.properties.category);
  version = feature.properties.version;
  refreshDetail(feature.properties.category_name, card(feature, category));
}

const isBusy = () => Boolean(find('dialog[open]') || find('#view-detail :is(form, :is(input, select, textarea):focus)'));

async function refresh(id) {
  const [feature, category] = await load(id);
  if (!feature || shown !== String(id)) return;
  version = feature.properties.version;
  refreshDetail(feature.properties.category_name, card(feature, category));
  window.geo.highlight(feature);
  window.geo.emit('change', { layer: 'problems', id });
}

function card(feature, category) {
  const one = feature.properties;
  const again = () => refresh(one.id);
  const open = (id) => openProblem(id, { fit: true });
  const past = h('div', { class: 'timeline-box' }, h('p', { class: 'loading' }, t('Loading …')));
  const proofs = h('div');
  told(async () => {
    const events = await get(`/problems/${one.id}/history`);
    fill(past, timeline(events, open));
    fill(proofs, evidence(one.id, events, open));
  });
  return h(
    'article',
    { class: 'problem', 'data-id': one.id },
    problemHead(one),
    banners(feature, open),
    description(one),
    tags(feature, again),
    whose(one),
    helpers(one),
    deeds(feature, { category, ondone: again }),
    sections(feature, again, open),
    proofs,
    places(one),
    decidedRequests(feature),
    outcomes(one),
    details(one),
    h('section', {}, h('h2', { class: 'label' }, t('History')), past),
  );
}

// The parts of the card that have a file of their own: each gives an element, nothing, or a promise of it.
const SECTIONS = [clocks, photos, reporter, measures, lookBacks];

function sections(feature, again, open) {
  return SECTIONS.map((section) => {
    const place = h('div', { class: 'card-part' });
    told(async () => fill(place, await section(feature, again, open)));
    return place;
  });
}

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
  h('section', {}, h('h2', { class: 'label' }, t('Responsible')), responsible(one.responsible), sponsors(one));

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

const times = (value) => value > 0 && count(value);

function details(one) {
  const lines = [
    [t('Found'), time(one.found_at)],
    [t('Deadline'), time(one.due_at)],
    [t('Closed at'), time(one.closed_at)],
    [t('Source'), one.source_level && word('source_level', one.source_level)],
    [t('Effect on the score'), one.score_effect !== 0 && String(one.score_effect)],
    [t('Reported by'), one.reported_by_name],
    [t('Put right by'), one.handled_by_name],
    [t('Checked by'), one.verified_by_name],
    [t('Lead department'), one.department],
    [t('Times returned'), times(one.rework_count)],
    [t('Times handed back'), times(one.handback_count)],
    [t('Times assigned'), one.dispatch_count > 1 && count(one.dispatch_count)],
    ...Object.entries(one.extra || {}).map(([name, value]) => [EXTRA[name]?.() ?? name, String(value ?? '')]),
  ];
  return h('section', {}, h('h2', { class: 'label' }, t('Details')), facts(lines));
}

const EXTRA = { document: () => t('Document number') };
