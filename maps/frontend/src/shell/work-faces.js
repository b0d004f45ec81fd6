// The page of work faces: every fault of the seam in one list; a click flies there. The repair is a page of its own.

import { basis } from './basis.js';
import { word } from './choices.js';
import { fill, find, h, icon, refill } from './dom.js';
import { facts } from './facts.js';
import { box } from './geometry.js';
import { select } from './form.js';
import { openDetail } from './panel.js';
import { openRepair } from './repair.js';
import { copyText, saveCsv } from './sheets.js';
import { lookWord, looks, sign } from './states.js';
import { toast } from './toast.js';
import { area, count, day, length, stretch, t } from './words.js';

const LEVELS = ['zone', 'village', 'grid'];
const SHOWN = 200;
const CLOSE_DEG = 0.0003; // room round a fault, about 30 m
const kindNow = () => window.geo.state.get().kind || '';

export function start() {
  const content = find('#content');
  const { geo } = window;
  let last = null;
  geo.on('data', ({ element, data }) => {
    if (element !== 'work_faces' || !data) return;
    last = data;
    refill(content, controls(data), facesView(data), repairSection(data));
  });
  geo.on('select', ({ layer, id }) => layer === 'work_faces' && openFault(last?.features.find((one) => one.id === Number(id))));
}

// The list, which follows the chosen kind; also what a saved file shows.
export function facesView(data) {
  const view = h('div', { class: 'seam-report' }, report(data));
  const off = window.geo.on('filter', () => (view.isConnected ? fill(view, report(data)) : off()));
  return view;
}

function report(data) {
  const { summary } = data;
  if (!summary.district_m2 && !summary.segments) {
    return h('p', { class: 'empty' }, t('There are no areas and no roads yet: import them first.'));
  }
  const chosen = data.features.filter(({ properties }) => !kindNow() || properties.kind === kindNow());
  return [
    verdict(summary),
    chips(summary),
    chosen.length > 0 && tools(chosen),
    h('ul', { class: 'rows', id: 'faults' }, chosen.slice(0, SHOWN).map(row)),
    chosen.length > SHOWN && h('p', { class: 'hint' }, t('{n} more are in the copied list and the file.', { n: count(chosen.length - SHOWN) })),
    basis(data),
  ];
}

function verdict({ faults, levels, segments }) {
  const looked = Object.entries(levels).map(([level, { areas, seamless }]) => [
    word('level', level),
    h('span', { class: 'seam', 'data-seam': level }, areas === 1 ? t('1 area') : t('{n} areas', { n: count(areas) }), ' · ', seamless ? t('borders match') : t('borders do not match')),
  ]);
  const roads = segments > 0 && [t('Roads'), t('{n} segments', { n: count(segments) })];
  const said = faults
    ? h('p', { class: 'statement' }, h('b', {}, count(faults)), ' ', faults === 1 ? t('fault of the seam') : t('faults of the seam'))
    : h('p', { class: 'notice ok' }, sign('zones', 'clean'), h('span', {}, t('Seamless: every place and every metre of road has exactly one who answers.')));
  return [said, facts([...looked, roads].filter(Boolean))];
}

function chips({ kinds }) {
  const there = looks('work_faces').filter(({ key }) => kinds[key]?.count);
  const chip = ({ key, title }) => {
    const on = kindNow() === key;
    const flip = () => window.geo.emit('filter', { kind: on ? null : key });
    return h(
      'button',
      { type: 'button', class: 'chip', 'data-kind': key, 'aria-pressed': String(on), onclick: flip },
      sign('work_faces', key),
      `${t(title)} ${count(kinds[key].count)}`,
    );
  };
  return there.length > 1 && h('div', { class: 'chips', role: 'group', 'aria-label': t('Filter') }, there.map(chip));
}

function controls({ parameters }) {
  const { geo } = window;
  const options = [['', t('All levels and roads')], ...LEVELS.map((level) => [level, word('level', level)])];
  const level = select('level', options, parameters.level, { id: 'level', onchange: (event) => geo.emit('filter', { level: event.target.value, kind: null }) });
  const on = h('input', { type: 'date', class: 'input', id: 'on', value: parameters.on, onchange: (event) => geo.emit('filter', { on: event.target.value || null }) });
  return h(
    'div',
    { class: 'pair' },
    h('div', { class: 'field' }, h('label', { for: 'level' }, t('Level')), level),
    h('div', { class: 'field' }, h('label', { for: 'on' }, t('Responsible on')), on),
  );
}

function tools(features) {
  const copy = async () => toast((await copyText(lines(features).map((line) => line.join('\t')).join('\n'))) ? t('{n} rows copied.', { n: count(features.length) }) : t('Nothing was copied: the browser does not allow it.'));
  const save = () => saveCsv(`${t('Work faces')} ${day(window.geo.page.now)}.csv`, lines(features));
  return h(
    'div',
    { class: 'buttons' },
    h('button', { type: 'button', class: 'btn', id: 'copy-list', onclick: copy }, icon('list'), t('Copy list')),
    h('button', { type: 'button', class: 'btn', id: 'save-list', onclick: save }, icon('download'), t('Download CSV')),
  );
}

// The list as a sheet: a head and one line for each fault.
function lines(features) {
  const head = [t('Fault'), t('Level'), t('Road name'), t('Chainage from'), t('Chainage to'), t('Area (m²)'), t('Length (m)'), t('Place'), t('Responsible'), t('Longitude'), t('Latitude')];
  const line = ({ properties: one }) => [
    lookWord('work_faces', one.kind), one.level && word('level', one.level), one.road, one.from_m, one.to_m, one.area_m2, one.length_m,
    one.who.map(({ name, code }) => `${name} (${code})`).join('; '), one.who.flatMap(({ people }) => people).join('; '),
    ...(one.at ?? ['', '']),
  ];
  return [head, ...features.map(line)];
}

const names = ({ who }) => who.map(({ name }) => name).join(' / ');
const people = ({ who }) => [...new Set(who.flatMap((part) => part.people))].join(' / ');
const size = ({ area_m2, length_m }) => (area_m2 === null ? length(length_m) : area(area_m2));
const along = (one) => one.from_m !== null && stretch(one.from_m, one.to_m);

function row(feature) {
  const one = feature.properties;
  const sub = [lookWord('work_faces', one.kind), one.level && word('level', one.level), along(one), people(one)];
  return h(
    'li',
    {},
    h(
      'button',
      { type: 'button', class: 'row', 'data-id': one.id, 'data-kind': one.kind, onclick: () => openFault(feature, true) },
      sign('work_faces', one.kind),
      h('span', { class: 'row-text' }, h('b', {}, names(one) || one.road), h('small', {}, sub.filter(Boolean).join(' · '))),
      h('span', { class: 'quantity' }, h('b', {}, size(one))),
    ),
  );
}

const ADVICE = () => ({
  gap: t('Draw this land into an area, or give it to one of its neighbours.'),
  sliver: t('A border was drawn twice. The repair of borders closes it.'),
  overlap: t('Two areas claim this land: decide whose it is. The repair of borders gives it to one of them.'),
  outside: t('The area reaches beyond the district: correct its border.'),
  outside_parent: t('The area reaches beyond the area that it belongs to, or names one that there is not.'),
  unassigned_area: t('Name a responsible person for this area.'),
  unassigned_stretch: t('Name a road chief for this segment.'),
  double_stretch: t('Agree on one chief, or correct the chainage of the segments.'),
  chainage_gap: t('Correct the chainage, or add the missing segment.'),
});

function openFault(feature, fit = false) {
  if (!feature) return;
  const one = feature.properties;
  window.geo.highlight(feature.geometry ? feature : null);
  if (fit && feature.geometry) window.geo.fit(box(feature, CLOSE_DEG));
  const whose = one.who.map(({ name, code, people: all }) =>
    h('li', { class: 'place' }, h('span', {}, name), h('small', {}, [code, all.join(', ') || t('Nobody is named for this place')].join(' · '))),
  );
  const pairs = [
    [t('Level'), one.level && word('level', one.level)],
    [t('Road name'), one.road],
    [t('Chainage'), along(one)],
    [one.area_m2 === null ? t('Length') : t('Size'), size(one)],
  ];
  openDetail({
    title: lookWord('work_faces', one.kind),
    content: h('article', { class: 'fault', 'data-id': one.id }, h('p', { class: 'notice info' }, ADVICE()[one.kind]), facts(pairs), h('h2', { class: 'label' }, t('Whose')), h('ul', { class: 'places' }, whose)),
    onLeave: () => window.geo.highlight(null),
  });
}

function repairSection({ summary }) {
  const broken = Object.keys(summary.levels).filter((level) => !summary.levels[level].seamless);
  if (!broken.length) return null;
  const buttons = broken.map((level) =>
    h('button', { type: 'button', class: 'btn', 'data-repair': level, onclick: () => openRepair(level) }, t('{level}: look at a proposal', { level: word('level', level) })),
  );
  return h(
    'section',
    {},
    h('h2', {}, t('Repair of borders')),
    h('p', { class: 'hint' }, t('Narrow gaps and overlaps can be closed by drawing. Nothing changes before you have seen it and agreed.')),
    h('div', { class: 'buttons' }, buttons),
  );
}
