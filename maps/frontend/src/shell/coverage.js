// The page of patrol coverage: what is overdue and whose it is, what nobody sees, at which time of day, and who was there.

import { get } from './api.js';
import { basis } from './basis.js';
import { word } from './choices.js';
import { fieldDays, rulesSection, timesOfDay } from './coverage-tables.js';
import { fill, find, h, refill } from './dom.js';
import { facts, tableOf } from './facts.js';
import { field, select } from './form.js';
import { box } from './geometry.js';
import { openDetail } from './panel.js';
import { lookWord, sign } from './states.js';
import { figure } from './tiles.js';
import { told } from './toast.js';
import { area, count, day, decimal, length, percent, stretch, t } from './words.js';

const DAYS = [7, 14, 30, 60];
const SHOWN = 12;

let last = null;
let areas = [];

export async function start() {
  const { geo } = window;
  geo.on('data', ({ element, data }) => element === 'coverage' && data && show(data));
  geo.on('select', selected);
  areas = (await told(() => get('/areas'))) ?? [];
  if (last) show(last);
}

function show(data) {
  last = data;
  refill(find('#content'), controls(data), coverageView(data), rulesSection());
}

function controls({ parameters }) {
  const { geo } = window;
  const change = (name) => (event) => geo.emit('filter', { [name]: event.target.value || null });
  const days = DAYS.map((n) => [n, t('{n} days', { n })]);
  const places = areas.filter(({ level }) => level !== 'grid').map(({ code, name }) => [code, name || code]);
  return h(
    'div',
    { class: 'pair coverage-controls' },
    field(t('Area'), select('area', [['', t('The whole town')], ...places], parameters.area, { id: 'area', onchange: change('area') })),
    field(t('Blind spot after'), select('days', days, parameters.days, { id: 'days', onchange: change('days') })),
  );
}

// Also what a saved file shows.
export function coverageView(data) {
  const { summary } = data;
  if (!summary.cells && !summary.segments) {
    return h('p', { class: 'empty' }, t('There are no areas and no roads yet: import them first.'));
  }
  return [
    headline(data),
    overdueSection(data.overdue),
    blindSection(data),
    villages(data.by_area),
    timesOfDay(data),
    fieldDays(data.field_days),
    basis({ as_of: data.as_of, parameters: shortly(data.parameters) }),
  ];
}

const shortly = ({ days, rules_version, min_share, accuracy_m, max_gap_s, max_speed_km_h }) => ({
  days, rules_version, min_share, accuracy_m, max_gap_s, max_speed_km_h,
});

const shareOf = (share) => (share === null ? '—' : percent(share));

function headline({ summary }) {
  const { overdue } = summary;
  return h(
    'div',
    { class: 'tiles' },
    figure({
      title: t('Patrols overdue'), value: count(overdue.road_segments + overdue.areas), look: ['coverage', 'late'],
      note: t('{roads} segments, {areas} areas', { roads: overdue.road_segments, areas: overdue.areas }),
    }),
    figure({ title: t('Blind spots'), value: percent(summary.blind_cells / (summary.cells || 1)), look: ['coverage', 'blind'], note: [t('{n} places', { n: count(summary.blind_spots) }), area(summary.blind_m2)].join(' · ') }),
    figure({ title: t('Roads in time'), value: shareOf(summary.road_share), look: ['coverage', 'fresh'], note: t('both sides of {length}', { length: length(summary.length_m) }) }),
    figure({ title: t('Land in time'), value: shareOf(summary.cell_share), note: t('{n} cells', { n: count(summary.cells) }) }),
  );
}

// ---------------------------------------------------------------- overdue

function overdueSection(rows) {
  const list = h('ul', { class: 'rows', id: 'overdue' });
  const more = h('button', { type: 'button', class: 'btn block', onclick: () => all() }, t('Show all {n}', { n: count(rows.length) }));
  const all = (shown = rows.length) => {
    fill(list, rows.slice(0, shown).map(overdueRow));
    more.hidden = shown >= rows.length;
  };
  all(SHOWN);
  const none = h('p', { class: 'notice ok' }, sign('zones', 'clean'), h('span', {}, t('Every patrol that is required was made in time.')));
  return h('section', {}, h('h2', {}, t('Overdue, the longest first')), rows.length ? [list, more] : none);
}

const names = (people) => people.map(({ name }) => name).join(' · ') || t('Nobody is named for this place');
const late = (one) => (one.late_days === null ? t('never fully inspected') : t('{n} days late', { n: decimal(one.late_days) }));

function overdueRow(one) {
  const look = one.late_days === null ? 'never' : 'late';
  const kind = one.layer === 'areas' ? word('level', one.class) : word('road_class', one.class);
  return h(
    'li',
    {},
    h(
      'button',
      { type: 'button', class: 'row', 'data-code': one.code, onclick: () => openOverdue(one) },
      sign('coverage', look),
      h('span', { class: 'row-text' }, h('b', {}, one.name), h('small', {}, [kind, names(one.people)].join(' · '))),
      h('span', { class: 'due late' }, late(one)),
    ),
  );
}

function openOverdue(one) {
  const { geo } = window;
  const shapes = last.features.filter(({ properties }) => properties[one.layer === 'areas' ? 'area' : 'code'] === one.code);
  const collection = { type: 'FeatureCollection', features: shapes };
  if (shapes.length) geo.fit(box(collection));
  if (one.layer !== 'areas') geo.highlight(collection);
  const lines = [
    [t('Responsible'), names(one.people)],
    [t('Phone'), one.people.map(({ phone }) => phone).filter(Boolean).join(' · ')],
    [t('Last full inspection'), one.last_full_at ? day(one.last_full_at) : t('never')],
    [t('Required'), t('every {days} days, {share} of it', { days: decimal(one.max_age_days, 0), share: percent(one.min_share, 0) })],
    [t('Inspected in that time'), percent(one.share, 0)],
    [one.layer === 'areas' ? t('Area') : t('Length'), one.layer === 'areas' ? area(one.size) : length(one.size)],
  ];
  openDetail({ title: one.name, content: h('div', {}, h('p', { class: 'notice warn' }, late(one)), facts(lines)), onLeave: () => geo.highlight(null) });
}

// ---------------------------------------------------------------- blind spots

function blindSection({ blind_spots: { features }, parameters }) {
  const none = h('p', { class: 'notice ok' }, sign('zones', 'clean'), h('span', {}, t('There is no place that nobody has seen.')));
  const title = t('Blind spots: not seen for {n} days', { n: parameters.days });
  const list = h('ul', { class: 'rows', id: 'blind' }, features.slice(0, SHOWN).map(blindRow));
  return h('section', {}, h('h2', {}, title), features.length ? list : none);
}

const ago = ({ age_days }) => (age_days === null ? t('never seen') : t('{n} days ago', { n: decimal(age_days) }));

function blindRow(feature) {
  const one = feature.properties;
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
      sign('coverage', 'blind'),
      h('span', { class: 'row-text' }, h('b', {}, area(one.area_m2)), h('small', {}, [one.name || t('no village'), names(one.people)].join(' · '))),
      h('span', { class: 'due' }, ago(one)),
    ),
  );
}

// ---------------------------------------------------------------- villages

function villages(rows) {
  if (!rows.length) return null;
  const heads = [t('Village'), t('Land'), t('Roads'), t('Blind'), t('Late')];
  const line = (one) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, one.name || one.code, h('small', { class: 'under' }, names(one.people))),
      h('td', {}, shareOf(one.cell_share)),
      h('td', {}, shareOf(one.road_share)),
      h('td', {}, one.blind_m2 >= 500 ? t('{n} ha', { n: decimal(one.blind_m2 / 10_000) }) : '—'),
      h('td', {}, count(one.overdue_segments)),
    );
  const hint = t('Share of the land and of both sides of the roads inspected in time; segments late.');
  return h('section', {}, h('h2', {}, t('By village')), tableOf(heads, rows.map(line), 'figures'), h('p', { class: 'hint' }, hint));
}

// ---------------------------------------------------------------- the map

function selected({ layer, properties: one }) {
  if (layer === 'coverage') openStretch(one);
  if (layer === 'coverage_cells') openPlace(t('Cell {id}', { id: one.id ?? '' }), one, [[t('Share inspected'), percent(one.share, 0)]]);
  if (layer === 'blind_spots') openPlace(t('Blind spot'), { ...one, state: 'blind' }, [[t('Area'), area(one.area_m2)], [t('Village'), one.name]]);
}

const openStretch = (one) =>
  openPlace(one.name || one.code, one, [
    [t('Side'), word('side', one.side)],
    [t('Chainage'), stretch(one.from_m, one.to_m)],
    [t('Length'), length(one.length_m)],
    [t('Required'), t('every {days} days', { days: decimal(one.max_age_days, 0) })],
    [t('Responsible'), one.owner],
  ]);

function openPlace(title, one, lines) {
  const state = h('p', { class: 'state-chip' }, sign('coverage', one.state), h('span', {}, lookWord('coverage', one.state)));
  const seen = [t('Last inspection'), ago({ age_days: one.age_days ?? null })];
  openDetail({ title, content: h('div', {}, state, facts([seen, ...lines])), onLeave: () => window.geo.highlight(null) });
}
