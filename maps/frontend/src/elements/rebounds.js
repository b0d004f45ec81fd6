// Rebounds: a dashed line from each closed case to the one that came back, a sign where it came back, and a larger one
// with its number on each chronic place.
import { boundsOf } from '../surface/bounds.js';
import { getJson } from '../surface/fetch.js';
import { markName } from '../surface/images.js';
import { SLOTS } from '../surface/scene.js';
import { byZoom, geojsonSource, text } from '../surface/style.js';

const ASKED = ['category', 'area', 'since', 'radius_m', 'days'];

export default async function mount({ geo, surface, data }) {
  const query = () => Object.fromEntries([...ASKED, 'as_of'].map((name) => [name, geo.state.get()[name]]));
  const load = async () => data ?? getJson(geo, '/analysis/rebounds', query());
  const found = await load();
  const group = surface.add({ id: 'rebounds', sources: sourcesOf(found), layers: (theme) => layers(geo.page.styles, theme) });
  const tell = (it) => geo.emit('data', { element: 'rebounds', data: it });
  const refresh = async () => {
    const fresh = await load();
    for (const [name, { data: it }] of Object.entries(sourcesOf(fresh))) group.setData(name, it);
    tell(fresh);
  };
  const bounds = boundsOf(found);
  if (bounds && !geo.arrivedAt) geo.fit(bounds, { animate: false });
  tell(found);
  if (data) return;
  geo.on('filter', (changes) => ASKED.some((name) => name in changes) && refresh());
  geo.on('change', ({ layer }) => layer === 'problems' && refresh());
}

const point = (coordinates, id, properties) => ({ type: 'Feature', id, geometry: { type: 'Point', coordinates }, properties });

function sourcesOf({ features, chronic }) {
  const collection = (rows) => geojsonSource({ type: 'FeatureCollection', features: rows });
  return {
    links: collection(features.filter(({ geometry }) => geometry.type === 'LineString')),
    spots: collection(features.map(({ id, properties }) => point(properties.spot, id, properties))),
    chronic: collection(chronic.map((one) => point(one.spot, one.last_id, one))),
  };
}

function layers(styles, theme) {
  const { looks } = styles.groups.rebounds;
  const look = (key) => looks.find((one) => one.key === key);
  const image = (key) => markName('rebounds', key, theme);
  const shown = { 'icon-allow-overlap': true, 'icon-ignore-placement': true };
  const number = text(['to-string', ['get', 'in_90_days']], 12, styles.ground[theme], { 'text-offset': [0, 1.35], 'text-allow-overlap': true });
  return [
    {
      id: 'link', type: 'line', slot: SLOTS.line, source: 'links', minzoom: 14,
      paint: { 'line-color': look('link')[theme], 'line-width': 2, 'line-dasharray': [2, 1.4] },
    },
    {
      id: 'spot', type: 'symbol', slot: SLOTS.mark, source: 'spots', pick: 'rebounds',
      layout: { 'icon-image': ['match', ['get', 'kind'], 'never_fixed', image('never_fixed'), image('rebound')], 'icon-size': byZoom(11, 0.42, 14, 0.7, 17, 1), ...shown },
    },
    { id: 'chronic', type: 'symbol', slot: SLOTS.mark + 1, source: 'chronic', pick: 'chronic', layout: { 'icon-image': image('chronic'), 'icon-size': byZoom(11, 0.8, 15, 1.15), ...shown } },
    { id: 'number', type: 'symbol', slot: SLOTS.label, source: 'chronic', minzoom: 12.5, ...number },
  ];
}
