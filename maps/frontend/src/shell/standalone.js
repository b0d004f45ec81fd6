// A saved map: there is no service behind it. The panel tells what the file's own data say; choosing
// something on the map opens its table there.

import { zonesView } from './clean-zones.js';
import { coverageView } from './coverage.js';
import { fill, find, h } from './dom.js';
import { frontagesView } from './frontages.js';
import { hotspotsView } from './hotspots.js';
import { reboundsView } from './rebounds.js';
import { keptRow } from './kept.js';
import { figure } from './tiles.js';
import { facesView } from './work-faces.js';
import { count, t, time } from './words.js';

const VIEWS = { zones: zonesView, coverage: coverageView, hotspots: hotspotsView, problems: problemsView, roads: roadsView, rebounds: reboundsView, work_faces: facesView, frontages: frontagesView };
const VIEW_OF = {
  'open-problems': 'problems',
  'clean-zones': 'zones',
  coverage: 'coverage',
  hotspots: 'hotspots',
  'my-road': 'roads',
  rebounds: 'rebounds',
  frontages: 'frontages',
  'work-faces': 'work_faces',
};

export function start() {
  const { name, now, data, kept = [], filters = [] } = window.geo.page;
  const words = t(
    'A saved map as of {time}. It does not change any more; choose something on it to read about it.',
    { time: time(now) },
  );
  const view = VIEW_OF[name];
  fill(
    find('#content'),
    h('p', { class: 'notice info' }, words),
    filters.length > 0 && h('p', { id: 'saved-filters' }, t('Filter'), ': ', filters.join(' · ')),
    keptNotice(kept),
    view && data[view] ? VIEWS[view](data[view]) : null,
  );
}

// What was left out so that the file stays small, and by which rule.
function keptNotice(kept) {
  const cut = kept.filter((one) => one.kept < one.total);
  return cut.length > 0 && h('div', { class: 'notice warn', id: 'saved-kept' }, t('Not everything is in this file, so that it stays small.'), cut.map((one) => h('div', {}, keptRow(one))));
}

// How many problems the file holds, and how many of them are late.
function problemsView({ features }) {
  const late = features.filter(({ properties }) => properties.overdue).length;
  return h(
    'div',
    { class: 'tiles' },
    figure({ title: t('Overdue'), value: count(late), look: ['problems', 'overdue'] }),
    figure({ title: t('Open'), value: count(features.length) }),
  );
}

// Hoisted, for the table above names it. A map that was saved without a person holds nobody's problems.
function roadsView({ person, problems }) {
  return [person && h('h2', {}, person.name), problems && problemsView(problems)];
}
