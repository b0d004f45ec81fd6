// Choosing another problem near by: a list with distances, marked on the map, or by its number.

import { get, newest } from './api.js';
import { debounced, fill, h } from './dom.js';
import { input } from './form.js';
import { box, centre, distance } from './geometry.js';
import { mark, stateWord } from './states.js';
import { told } from './toast.js';
import { day, length, t } from './words.js';

const AROUND_DEG = 0.002; // about 200 m
const MOST = 8;
const cases = newest((query) => get('/problems', { ...query, limit: 40 }));

// A field of the name "duplicate_of"; `value()` is the id of the chosen problem, or ''.
export function caseChoice(feature) {
  const list = h('ul', { class: 'cases', role: 'radiogroup', 'aria-label': t('Which case it repeats') });
  const search = input('duplicate_search', '', {
    type: 'search',
    placeholder: t('Number, place or words'),
    'aria-label': t('Search'),
  });
  const state = { chosen: '' };
  const choose = (one) => {
    state.chosen = one.properties.id;
    window.geo.highlight({ type: 'FeatureCollection', features: [feature, one] });
  };
  const show = async () => {
    const typed = search.value.trim();
    const query = typed ? { q: typed } : { bbox: box(feature, AROUND_DEG).join(','), state: 'open' };
    const found = await cases(query);
    if (!found) return;
    fill(list, offered(feature, found.features).map((one) => choiceLine(one, choose)));
    if (!list.children.length) fill(list, h('li', { class: 'hint' }, t('No other case near by.')));
  };
  search.addEventListener('input', debounced(() => told(show)));
  told(show);
  const element = h(
    'fieldset',
    { class: 'field', 'data-field': 'duplicate_of' },
    h('legend', {}, t('Which case it repeats')),
    search,
    list,
    h('p', { class: 'field-error', hidden: true }),
  );
  return { element, value: () => state.chosen };
}

// The other problems, the same kind and the nearest first.
function offered(feature, features) {
  const from = centre(feature);
  const { id, category } = feature.properties;
  const others = features.filter((one) => one.properties.id !== id && one.properties.state !== 'duplicate');
  const told = others.map((one) => ({ ...one, away_m: distance(from, centre(one)) }));
  const rank = (one) => (one.properties.category === category ? 0 : 1e6) + one.away_m;
  return told.sort((a, b) => rank(a) - rank(b)).slice(0, MOST);
}

const choiceLine = (one, choose) =>
  h(
    'li',
    {},
    h(
      'label',
      { class: 'case' },
      h('input', { type: 'radio', name: 'case', value: one.properties.id, onchange: () => choose(one) }),
      caseText(one),
    ),
  );

const nearness = (away_m) =>
  away_m < 0.5 ? t('at the same place') : t('{distance} away', { distance: length(away_m) });

// A problem in two lines: kind and state, how far and how old, its number.
export function caseText(one) {
  const { properties: p } = one;
  const away_m = p.distance_m ?? one.away_m;
  const near = away_m !== undefined && nearness(away_m);
  return [
    mark(p.state, p.overdue),
    h(
      'span',
      { class: 'row-text' },
      h('b', {}, p.category_name),
      h('small', {}, [stateWord(p.state), near, day(p.found_at)].filter(Boolean).join(' · ')),
      p.description && h('small', {}, p.description),
    ),
  ];
}
