// Frontages by state: lines along the doors (areas hatched by an edge), each state with its own dash, and a sign from
// near. What is chosen by state or segment is said by the address.
import { getJson, latest } from '../surface/fetch.js';
import { markName } from '../surface/images.js';
import { SLOTS } from '../surface/scene.js';
import { byZoom, geojsonSource, matchBy, text } from '../surface/style.js';

const RULES = 'frontage-duties';

export default async function mount({ geo, surface, data }) {
  const load = async () => data ?? getJson(geo, '/frontages');
  const first = await load();
  const layers = (theme) => frontageLayers(geo.page.styles, theme, chosen(geo));
  const group = surface.add({ id: 'frontages', sources: sourcesOf(first), layers });
  const tell = (found) => geo.emit('data', { element: 'frontages', data: found });
  const show = (found) => {
    for (const [name, { data: it }] of Object.entries(sourcesOf(found))) group.setData(name, it);
    tell(found);
  };
  const again = latest(load, show);
  tell(first);
  geo.on('filter', () => group.update());
  if (!data) geo.on('change', ({ layer }) => (layer === 'frontages' || layer === RULES) && again());
}

function sourcesOf(found) {
  const spots = found.features.map((one) => ({ ...one, geometry: one.geometry && { type: 'Point', coordinates: middle(one.geometry) } }));
  return { shapes: geojsonSource(found), spots: geojsonSource({ ...found, features: spots.filter(({ geometry }) => geometry) }) };
}

// The middle of the box round a shape.
function middle({ coordinates }) {
  const flat = (held) => (typeof held[0] === 'number' ? [held] : held.flatMap(flat));
  const places = flat(coordinates);
  return [0, 1].map((axis) => {
    const values = places.map((place) => place[axis]);
    return (Math.min(...values) + Math.max(...values)) / 2;
  });
}

function chosen(geo) {
  const said = geo.state.get();
  const wanted = ['state', 'segment'].filter((name) => said[name]).map((name) => ['==', ['get', name], said[name]]);
  return ['all', ['!=', ['get', 'state'], ''], ...wanted];
}

function frontageLayers(styles, theme, shown) {
  const { looks } = styles.groups.frontages;
  const ground = styles.ground[theme];
  const by = (value) => matchBy(['get', 'state'], looks.map((look) => [look.key, value(look)]), value(looks.at(-1)));
  const color = by((look) => look[theme]);
  const shapes = { source: 'shapes', pick: 'frontages' };
  const near = { source: 'spots', filter: shown };
  return [
    {
      id: 'area', type: 'fill', slot: SLOTS.area, ...shapes, filter: ['all', shown, ['==', ['geometry-type'], 'Polygon']],
      paint: { 'fill-color': color, 'fill-opacity': 0.2 },
    },
    { id: 'case', type: 'line', slot: SLOTS.line, source: 'shapes', filter: shown, minzoom: 14, paint: { 'line-color': ground.case, 'line-width': byZoom(14, 4, 18, 14) } },
    ...looks.map((look) => ({
      id: `door-${look.key}`, type: 'line', slot: SLOTS.line, ...shapes, minzoom: 14,
      filter: ['all', shown, ['==', ['get', 'state'], look.key]],
      paint: {
        'line-color': look[theme], 'line-width': byZoom(14, 2.4, 18, look.width * 1.6),
        ...(look.dash ? { 'line-dasharray': look.dash.map((part) => part / 4) } : {}),
      },
    })),
    {
      id: 'dot', type: 'circle', slot: SLOTS.point, ...near, pick: 'frontages', maxzoom: 15,
      paint: { 'circle-color': color, 'circle-radius': byZoom(10, 1.6, 15, 4), 'circle-stroke-color': ground.case, 'circle-stroke-width': 0.8 },
    },
    {
      id: 'mark', type: 'symbol', slot: SLOTS.mark, ...near, pick: 'frontages', minzoom: 15,
      layout: { 'icon-image': by((look) => markName('frontages', look.key, theme)), 'icon-size': byZoom(15, 0.5, 18, 0.9), 'icon-allow-overlap': true, 'icon-ignore-placement': true },
    },
    { id: 'name', type: 'symbol', slot: SLOTS.label, ...near, minzoom: 17, ...text(['get', 'name'], 11.5, ground, { 'text-offset': [0, 1.5] }) },
  ];
}
