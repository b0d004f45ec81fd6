// The page of clean zones: three shares that always come together, and why the unknown is unknown.

import { bars } from './bars.js';
import { fill, find, h } from './dom.js';
import { word } from './choices.js';
import { facts } from './facts.js';
import { openDetail } from './panel.js';
import { basis } from './basis.js';
import { lookWord, sign, tint } from './states.js';
import { area, count, percent, t } from './words.js';

const STATES = ['clean', 'problem', 'unknown'];
const REASONS = ['never', 'stale', 'partial', 'recent'];

export function start() {
  const content = find('#content');
  window.geo.on('data', ({ element, data }) => element === 'zones' && data && fill(content, zonesView(data)));
  window.geo.on('select', ({ layer, properties }) => layer === 'zones' && openCell(properties));
}

export function zonesView({ summary, as_of, parameters }) {
  if (!summary.units) {
    return h('p', { class: 'empty' }, t('There are no areas yet, so nothing can be called clean.'));
  }
  const tiles = STATES.map((state) => tile(summary, state));
  return [
    headline(summary),
    shareBar(summary),
    h('div', { class: 'tiles three' }, tiles),
    h('section', {}, h('h2', {}, t('Why unknown?')), reasons(summary)),
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

const known = (value) => value !== null && value !== undefined;

function openCell(cell) {
  const lines = [
    [t('Why'), cell.reason && word('reason', cell.reason)],
    [t('Last inspection'), known(cell.age_days) && t('{n} days ago', { n: count(cell.age_days) })],
    [t('Share inspected'), known(cell.share) && percent(cell.share, 0)],
    [t('Passes'), known(cell.passes) && count(cell.passes)],
  ];
  const state = h(
    'p',
    { class: 'state-chip' },
    sign('zones', cell.state),
    h('span', {}, lookWord('zones', cell.state)),
  );
  openDetail({
    title: t('Cell {id}', { id: cell.id ?? '' }),
    content: h('div', { class: 'cell' }, state, facts(lines)),
    onLeave: () => window.geo.highlight(null),
  });
}
