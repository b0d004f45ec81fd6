// The page of clean zones: three shares that always come together, and why the unknown is unknown.

import { bars } from './bars.js';
import { basis } from './basis.js';
import { word } from './choices.js';
import { find, h, refill } from './dom.js';
import { facts, tableOf } from './facts.js';
import { box } from './geometry.js';
import { openDetail } from './panel.js';
import { lookWord, sign, tint } from './states.js';
import { area, count, decimal, length, percent, stretch, t } from './words.js';

const STATES = ['clean', 'problem', 'unknown'];
const REASONS = ['never', 'stale', 'partial', 'recent'];

export function start() {
  const content = find('#content');
  window.geo.on('data', ({ element, data }) => element === 'zones' && data && refill(content, zonesView(data)));
  window.geo.on('select', ({ layer, properties }) => layer === 'zones' && openCell(properties));
}

export function zonesView({ summary, as_of, parameters, zones, by_area, roads }) {
  if (!summary.units) {
    return h('p', { class: 'empty' }, t('There are no areas yet, so nothing can be called clean.'));
  }
  const tiles = STATES.map((state) => tile(summary, state));
  return [
    headline(summary),
    shareBar(summary),
    h('div', { class: 'tiles three' }, tiles),
    proof(summary),
    h('section', {}, h('h2', {}, t('Why unknown?')), reasons(summary)),
    labelled(zones.features),
    villages(by_area),
    roads && roads.summary.units > 0 && sides(roads.summary),
    basis({ as_of, parameters }),
  ];
}

// The clean rate is never said without the unknown share.
const headline = (summary) =>
  h(
    'p',
    { class: 'statement' },
    h('b', {}, percent(summary.clean_rate)),
    ' ',
    t('known to be clean'),
    h('br'),
    h('b', {}, percent(summary.unknown_share)),
    ' ',
    t('nobody can say'),
  );

function shareBar(summary) {
  const parts = STATES.map((state) =>
    h('span', {
      class: `share tinted ${state}`,
      style: { '--w': `${(100 * summary[state]) / summary.units}%`, ...tint('zones', state) },
    }),
  );
  return h('div', { class: 'share-bar', 'aria-hidden': 'true' }, parts);
}

function tile(summary, state) {
  const cells = t('{n} cells', { n: count(summary[state]) });
  return h(
    'div',
    { class: 'tile', 'data-tile': state },
    sign('zones', state),
    h('b', {}, percent(summary[state] / summary.units)),
    h('span', {}, lookWord('zones', state)),
    h('small', {}, `${cells} · ${area(summary.area_m2[state])}`),
  );
}

function reasons(summary) {
  const rows = REASONS.map((reason) => ({
    title: word('reason', reason),
    value: summary[reason],
    look: ['zones', 'unknown'],
  }));
  return bars(rows, t('Everything is known.'));
}

// How strong the statement is: who has looked, and what has no place on the map.
function proof({ verified, clean, unplaced }) {
  return [
    clean > 0 &&
      h('p', { class: 'hint' }, t('{n} of {of} clean cells were inspected by somebody else within 14 days: they are verified.', { n: count(verified), of: count(clean) })),
    unplaced > 0 &&
      h('p', { class: 'notice warn' }, t('{n} open problems have no place on the map: they may lie in any cell.', { n: count(unplaced) })),
  ];
}

// ---------------------------------------------------------------- clean zones and villages

function labelled(zones) {
  const none = h('p', { class: 'empty' }, t('No patch of clean cells is as large as 4 ha yet.'));
  const list = h('ul', { class: 'rows', id: 'labelled' }, zones.map(zoneRow));
  return h('section', {}, h('h2', {}, t('Clean zones of 4 ha and more')), zones.length ? list : none);
}

function zoneRow(feature) {
  const one = feature.properties;
  const sub = [t('{share} not known', { share: percent(one.unknown_share) }), t('{share} verified', { share: percent(one.verified_share, 0) })];
  const look = () => {
    window.geo.fit(box(feature));
    window.geo.highlight(feature);
  };
  return h(
    'li',
    {},
    h(
      'button',
      { type: 'button', class: 'row', onclick: look },
      sign('zones', 'clean'),
      h('span', { class: 'row-text' }, h('b', {}, t('{n} ha', { n: decimal(one.area_m2 / 10_000) })), h('small', {}, sub.join(' · '))),
      h('span', { class: 'due' }, t('{n} passes', { n: count(one.passes) })),
    ),
  );
}

// A village's clean rate stands beside its unknown share, always.
function villages(rows) {
  if (!rows.length) return null;
  const heads = [t('Village'), t('Clean'), t('Not known'), t('Problem')];
  const hint = t('A village bears the sign of a clean zone when 4 ha hang together, at most 5 % is unknown, and there is no problem.');
  return h('section', {}, h('h2', {}, t('By village')), tableOf(heads, rows.map(villageRow), 'figures villages'), h('p', { class: 'hint' }, hint));
}

function villageRow(one) {
  const who = (one.people || []).map(({ name }) => name).join(' · ');
  const name = one.name || (one.code ? one.code : t('no village'));
  const badge = one.clean_zone && sign('zones', 'clean', t('Clean zone'));
  const share = (value) => (one.units ? percent(value) : '—');
  const note = one.has_shape ? who : t('has no shape: nothing is known of it');
  return h(
    'tr',
    { 'data-code': one.code },
    h('th', { scope: 'row' }, badge, name, note && h('small', { class: 'under' }, note)),
    h('td', {}, h('b', {}, share(one.clean_rate))),
    h('td', {}, share(one.unknown_share)),
    h('td', {}, one.units ? count(one.problem) : '—'),
  );
}

function sides({ length_m, without_shape }) {
  const whole = STATES.reduce((sum, state) => sum + length_m[state], 0);
  const line = (state) => [lookWord('zones', state), `${percent(length_m[state] / whole)} · ${length(length_m[state])}`];
  return h(
    'section',
    {},
    h('h2', {}, t('Both sides of the roads')),
    facts(STATES.map(line)),
    without_shape > 0 && h('p', { class: 'hint' }, t('{n} segments have no shape: nothing is known of them.', { n: count(without_shape) })),
  );
}

// ---------------------------------------------------------------- one unit

const known = (value) => value !== null && value !== undefined;

function openCell(unit) {
  const road = known(unit.side);
  const passes = known(unit.passes) && unit.passes > 0;
  const lines = [
    [t('Why'), unit.reason && word('reason', unit.reason)],
    road && [t('Side'), word('side', unit.side)],
    road && [t('Chainage'), stretch(unit.from_m, unit.to_m)],
    [t('Last inspection'), known(unit.age_days) && t('{n} days ago', { n: decimal(unit.age_days) })],
    [t('Share inspected'), known(unit.share) && percent(unit.share, 0)],
    [t('Passes'), passes && t('{k}: a problem is missed with a chance of at most {p}', { k: count(unit.passes), p: percent(unit.p_missed, 0) })],
    [t('Verified'), unit.state === 'clean' && (unit.verified ? t('by somebody else within 14 days') : t('no, seen only by its own people'))],
    [t('Kind of land'), unit.unit_class && word('unit_class', unit.unit_class)],
  ];
  const look = unit.look === 'own' ? ['zone_proof', 'own'] : ['zones', unit.state];
  const state = h('p', { class: 'state-chip' }, sign(...look), h('span', {}, lookWord(...look)));
  openDetail({
    title: road ? unit.name || unit.code : t('Cell {id}', { id: unit.id ?? '' }),
    content: h('div', { class: 'cell' }, state, facts(lines.filter(Boolean))),
    onLeave: () => window.geo.highlight(null),
  });
}
