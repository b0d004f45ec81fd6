// The page of hotspots: the rings round a station, and the cells where chance is no explanation.

import { table } from './api.js';
import { basis } from './basis.js';
import { fill, find, h, refill } from './dom.js';
import { facts, tableOf } from './facts.js';
import { box } from './geometry.js';
import { openDetail } from './panel.js';
import { sign } from './states.js';
import { told } from './toast.js';
import { count, decimal, t } from './words.js';

const SHOWN = 8;
const RATE_DIGITS = 1;

export function start() {
  new Hotspots(find('#content')).begin();
}

class Hotspots {
  constructor(content) {
    this.content = content;
  }

  async begin() {
    const stations = await told(() => table('/stations'));
    if (!stations) return;
    this.stations = stations.features;
    window.geo.on('select', (selected) => this.selected(selected));
    if (!this.stations.length)
      return void fill(
        this.content,
        h(
          'p',
          { class: 'empty' },
          t('No monitoring station is known yet. Import the layer of stations first.'),
        ),
      );
    window.geo.on('data', ({ element, data }) => element === 'hotspots' && data && this.show(data));
  }

  selected({ layer, properties }) {
    if (layer === 'stations' && properties.code !== this.station) this.go(properties.code);
    if (layer === 'hotspots') openCell(properties);
  }

  go(station) {
    location.assign(`?${new URLSearchParams({ lang: window.geo.page.lang, station })}`);
  }

  chooser() {
    const options = this.stations.map(({ properties: one }) =>
      h('option', { value: one.code, selected: one.code === this.station }, one.name || one.code),
    );
    return h(
      'div',
      { class: 'field' },
      h('label', { for: 'station' }, t('Station')),
      h(
        'select',
        { class: 'input', id: 'station', onchange: (event) => this.go(event.target.value) },
        options,
      ),
    );
  }

  show(data) {
    this.station = data.station?.properties.code;
    refill(this.content, this.chooser(), hotspotsView(data));
  }
}

export function hotspotsView(data) {
  const hot = data.features.filter(({ properties }) => properties.hot);
  const where = h('section', {}, h('h2', {}, t('Where it piles up most')), cells(hot));
  return [
    verdict(hot),
    h('section', {}, h('h2', {}, t('Rings round the station')), rings(data.rings)),
    hot.length > 0 && where,
    basis(data),
  ];
}

const verdict = (hot) =>
  hot.length
    ? h(
        'p',
        { class: 'statement' },
        h('b', {}, count(hot.length)),
        ' ',
        hot.length === 1
          ? t('cell with more problems than chance explains')
          : t('cells with more problems than chance explains'),
      )
    : h(
        'p',
        { class: 'notice ok' },
        sign('zones', 'clean'),
        h('span', {}, t('No significant hotspot: the problems lie as chance alone would put them.')),
      );

// Rates with RR and its interval; an interval without an upper end is shown as —.
function rings(list) {
  const most = Math.max(...list.map((ring) => ring.rate_km2), 0.001);
  const heads = [t('Ring (m)'), t('Problems'), t('per km²'), t('RR (95 %)')];
  return tableOf(
    heads,
    list.map((ring) => ringRow(ring, most)),
    'rings',
  );
}

function ringRow(ring, most) {
  const fit = () => {
    window.geo.highlight({ type: 'Feature', geometry: ring.geometry, properties: {} });
    window.geo.fit(box(ring.geometry));
  };
  const name = `${Math.round(ring.inner_m)}–${Math.round(ring.outer_m)}`;
  const rate = ring.area_m2 > 0 ? decimal(ring.rate_km2, RATE_DIGITS) : '—';
  return h(
    'tr',
    {},
    h(
      'th',
      { scope: 'row' },
      ring.geometry ? h('button', { type: 'button', class: 'link-button', onclick: fit }, name) : name,
    ),
    h('td', {}, count(ring.count)),
    h('td', { class: 'rate', style: { '--w': `${(100 * (ring.rate_km2 || 0)) / most}%` } }, rate),
    h('td', { class: ring.rr_low > 1 ? 'more' : '' }, ratio(ring)),
  );
}

const end = (value) =>
  value === null || value === undefined || !Number.isFinite(value) ? '—' : decimal(value, 2);
const ratio = ({ rr, rr_low, rr_high }) =>
  rr === null || rr === undefined
    ? '—'
    : [h('b', {}, end(rr)), h('small', {}, `${end(rr_low)}–${end(rr_high)}`)];

// Neighbouring cells tell the same story: the strongest one of each owner stands for the others.
function strongest(hot) {
  const sorted = [...hot].sort(
    (a, b) => a.properties.q - b.properties.q || b.properties.count - a.properties.count,
  );
  const first = new Map();
  for (const feature of sorted) {
    const owner = owners(feature.properties);
    if (!first.has(owner)) first.set(owner, { feature, cells: 0 });
    first.get(owner).cells += 1;
  }
  return [...first.values()].slice(0, SHOWN);
}

function cells(hot) {
  return h(
    'ol',
    { class: 'rows', id: 'hot-cells' },
    strongest(hot).map(({ feature, cells: n }) =>
      h(
        'li',
        {},
        h(
          'button',
          { type: 'button', class: 'row', onclick: () => lookAt(feature) },
          sign('hotspots', 'hot'),
          h(
            'span',
            { class: 'row-text' },
            h('b', {}, owners(feature.properties)),
            h('small', {}, `${t('{n} cells', { n: count(n) })} · ${strength(feature.properties)}`),
          ),
          h(
            'span',
            { class: 'quantity' },
            h('b', {}, count(feature.properties.count)),
            h('small', {}, t('expected {n}', { n: decimal(feature.properties.expected, 1) })),
          ),
        ),
      ),
    ),
  );
}

const owners = ({ owners: all }) => names(all) || t('No owner named');
const names = (all = []) =>
  all
    .map((one) => (typeof one === 'string' ? one : one.name || one.code))
    .slice(0, 3)
    .join(', ');

// The corrected p-value in words.
function strength({ q }) {
  if (q < 0.001) return t('almost impossible by chance, q < 0.001');
  if (q < 0.01) return t('very much more than chance, q < 0.01');
  if (q < 0.05) return t('much more than chance, q < 0.05');
  return t('may be chance, q = {q}', { q: decimal(q, 2) });
}

function lookAt(feature) {
  window.geo.highlight(feature);
  window.geo.fit(box(feature));
  openCell(feature.properties);
}

function openCell(cell) {
  const lines = [
    [t('Problems within the neighbourhood'), count(cell.count)],
    [t('Expected by chance'), decimal(cell.expected, 1)],
    [t('Judgement'), strength(cell)],
    [t('Score z'), cell.z !== null && decimal(cell.z, 2)],
    [t('Who answers here'), names(parsed(cell.owners))],
  ];
  openDetail({
    title: cell.hot ? t('Hotspot') : t('Cell'),
    content: facts(lines),
    onLeave: () => window.geo.highlight(null),
  });
}

// A map feature's properties carry lists as text.
const parsed = (value) =>
  typeof value === 'string' && value.startsWith('[') ? JSON.parse(value) : value || [];
