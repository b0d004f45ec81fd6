// A road chief's segments, by their open problems; the land seen from them; the problems on it.
import { boundsOf } from '../surface/bounds.js';
import { getJson } from '../surface/fetch.js';
import { problemLayers } from '../surface/problemlayers.js';
import { SLOTS } from '../surface/scene.js';
import { byZoom, geojsonSource, text } from '../surface/style.js';
import { prepared } from './problems.js';

export default async function mount({ geo, surface, options, data }) {
  const load = () => data ?? getJson(geo, '/my-road', { person: geo.state.get().person ?? options.person });
  const mine = await load();
  const now_s = Math.floor(Date.parse(geo.page.now) / 1000);
  const layers = (theme) => [
    ...roadLayers(geo.page.styles, theme),
    ...problemLayers({ theme, styles: geo.page.styles, now_s, from: { source: 'problems' } }),
  ];
  const group = surface.add({ id: 'roads', sources: sourcesOf(mine), layers });
  tell(geo, mine);
  if (!data) geo.on('change', ({ layer }) => layer === 'problems' && refresh({ geo, group, load }));
}

async function refresh({ geo, group, load }) {
  const fresh = await load();
  for (const [name, { data }] of Object.entries(sourcesOf(fresh))) group.setData(name, data);
  geo.emit('data', { element: 'roads', data: fresh });
}

function sourcesOf({ segments, corridor, problems }) {
  return {
    segments: geojsonSource(segments), corridor: geojsonSource(corridor),
    problems: geojsonSource(prepared(problems ?? { features: [] })),
  };
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
    {
      id: 'count', type: 'symbol', slot: SLOTS.label + 1, source: 'segments', minzoom: 11, filter: ['>', open, 0],
      ...text(['to-string', open], byZoom(11, 14, 16, 19), { text: step((look) => look[theme]), halo: ground.halo }, {
        'symbol-placement': 'line-center', 'text-allow-overlap': true, 'text-rotation-alignment': 'viewport',
        'text-offset': [0.9, -0.9],
      }),
    },
  ];
}
