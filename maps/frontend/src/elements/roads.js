// A road chief's segments, by their open problems; the land seen from them; the problems on it.
import { boundsOf } from '../surface/bounds.js';
import { getJson, latest } from '../surface/fetch.js';
import { problemLayers } from '../surface/problemlayers.js';
import { SLOTS } from '../surface/scene.js';
import { byZoom, geojsonSource, text } from '../surface/style.js';
import { prepared } from './problems.js';

export default async function mount({ geo, surface, options, data }) {
  const load = () => data ?? getJson(geo, '/my-road', { person: geo.state.get().person ?? options.person });
  const mine = await load();
  const now_s = Math.floor(Date.parse(geo.page.now) / 1000);
  const found = (it) => ({ problems: geojsonSource(prepared(it.problems ?? { features: [] })) });
  const marks = (theme) => problemLayers({ theme, styles: geo.page.styles, now_s, from: { source: 'problems' } });
  const layers = (theme) => roadLayers(geo.page.styles, theme);
  const roads = surface.add({ id: 'roads', sources: sourcesOf(mine), layers });
  const problems = surface.add({ id: 'problems', sources: found(mine), layers: marks });
  const show = (fresh) => {
    for (const [name, { data: it }] of Object.entries(sourcesOf(fresh))) roads.setData(name, it);
    problems.setData('problems', found(fresh).problems.data);
    geo.emit('data', { element: 'roads', data: fresh });
  };
  tell(geo, mine);
  const refresh = latest(load, show);
  if (!data) geo.on('change', ({ layer }) => layer === 'problems' && refresh());
}

function sourcesOf({ segments, corridor, ticks }) {
  const shapes = { segments, corridor, ticks, tickEnds: ends(ticks) };
  return Object.fromEntries(Object.entries(shapes).map(([name, data]) => [name, geojsonSource(data)]));
}

// Where the chainage is written: the right end of each stroke.
function ends(ticks) {
  const point = ({ coordinates }) => ({ type: 'Point', coordinates: coordinates[1] });
  return ticks && { ...ticks, features: ticks.features.map((tick) => ({ ...tick, geometry: point(tick.geometry) })) };
}

function tell(geo, mine) {
  const bounds = boundsOf(mine.segments);
  if (bounds && !geo.arrivedAt) geo.fit(bounds, { animate: false });
  geo.emit('data', { element: 'roads', data: mine });
}

function roadLayers(styles, theme) {
  const steps = styles.groups.road_load.looks;
  const [land] = styles.groups.corridor.looks;
  const ground = styles.ground[theme];
  const open = ['to-number', ['get', 'open']];
  const step = (value) => ['step', open, value(steps[0]), ...steps.slice(1).flatMap((look) => [look.at_least, value(look)])];
  const line = (id, color, widths, more = {}) => ({
    id, type: 'line', slot: SLOTS.road, source: 'segments', layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: { 'line-color': color, 'line-width': byZoom(...widths) }, ...more,
  });
  const width = (scale, extra = 0) => step((look) => look.width * scale + extra);
  return [
    { id: 'corridor', type: 'fill', slot: SLOTS.band, source: 'corridor', paint: { 'fill-color': land[theme], 'fill-opacity': land.opacity } },
    {
      id: 'corridor-edge', type: 'line', slot: SLOTS.band, source: 'corridor', minzoom: 12,
      paint: { 'line-color': land[theme], 'line-width': land.width, 'line-dasharray': land.dash, 'line-opacity': 0.7 },
    },
    line('case', ground.case, [9, width(0.5, 2), 14, width(1, 4), 18, width(2, 6)]),
    line('segment', step((look) => look[theme]), [9, width(0.5), 14, width(1), 18, width(2)], { pick: 'roads' }),
    ...tickLayers(styles, theme),
    {
      id: 'count', type: 'symbol', slot: SLOTS.label + 1, source: 'segments', minzoom: 11, filter: ['>', open, 0],
      ...text(['to-string', open], byZoom(11, 14, 16, 19), { text: step((look) => look[theme]), halo: ground.halo }, {
        'symbol-placement': 'line-center', 'text-allow-overlap': true, 'text-rotation-alignment': 'viewport',
        'text-offset': [0.9, -0.9],
      }),
    },
  ];
}

// A stroke across the road at every 100 m of chainage; every 500 m, and from near each, bears its number.
function tickLayers(styles, theme) {
  const ground = styles.ground[theme];
  const whole = ['==', ['get', 'whole'], true];
  const line = (id, minzoom, width, filter) => ({
    id, type: 'line', slot: SLOTS.road + 1, source: 'ticks', minzoom, filter,
    paint: { 'line-color': ground.text, 'line-width': width },
  });
  const label = (id, minzoom, maxzoom, filter) => ({
    id, type: 'symbol', slot: SLOTS.label, source: 'tickEnds', minzoom, maxzoom, filter,
    ...text(['get', 'label'], byZoom(13, 10.5, 17, 13), ground, { 'text-anchor': 'left', 'text-offset': [0.3, 0.2] }),
  });
  return [
    line('tick-whole', 12.5, 2, whole), line('tick', 14, 1.2, ['!', whole]),
    label('tick-label-whole', 13, 24, whole), label('tick-label', 15.5, 24, ['!', whole]),
  ];
}
