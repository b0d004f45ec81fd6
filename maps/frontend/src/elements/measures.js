// Measures in effect, hatched by what was done, over the parcels that they treat.
import { hatchName } from '../surface/images.js';
import { SLOTS } from '../surface/scene.js';
import { byZoom, matchBy } from '../surface/style.js';
import { dataOf } from '../surface/tiles.js';

export default function mount({ geo, surface, data }) {
  const { sources, from } = dataOf(geo, 'measures', { tileLayer: 'measures', data });
  const now_s = Math.floor(Date.parse(geo.page.now) / 1000);
  const group = surface.add({ id: 'measures', sources, layers: (theme) => measureLayers(from, geo.page.styles, theme, now_s) });
  geo.on('change', ({ layer }) => layer === 'measures' && !data && group.refresh('measures'));
}

function measureLayers(from, styles, theme, now_s) {
  const { looks } = styles.groups.measures;
  const other = looks.at(-1);
  const by = (value) => matchBy(['get', 'kind'], looks.slice(0, -1).map((look) => [look.key, value(look)]), value(other));
  const inForce = ['!', ['all', ['has', 'valid_to'], ['<=', ['get', 'valid_to'], now_s]]];
  const ground = (more = []) => ['all', inForce, ['==', ['geometry-type'], 'Polygon'], ...more];
  const color = by((look) => look[theme]);
  return [
    { id: 'area', type: 'fill', slot: SLOTS.area, ...from, filter: ground(), paint: { 'fill-color': color, 'fill-opacity': by((look) => look.opacity) } },
    ...looks.filter((look) => look.hatch).map((look) => ({
      id: `hatch-${look.key}`, type: 'fill', slot: SLOTS.area, ...from, minzoom: 13, filter: ground([['==', ['get', 'kind'], look.key]]),
      paint: { 'fill-pattern': hatchName('measures', look.key, theme), 'fill-opacity': 0.85 },
    })),
    {
      id: 'line', type: 'line', slot: SLOTS.area, ...from, filter: ['all', inForce, ['!=', ['geometry-type'], 'Point']],
      paint: { 'line-color': color, 'line-width': byZoom(11, 0.8, 16, 1.8), 'line-dasharray': [4, 2] },
    },
    {
      id: 'point', type: 'circle', slot: SLOTS.point, ...from, minzoom: 12, filter: ['all', inForce, ['==', ['geometry-type'], 'Point']],
      paint: { 'circle-radius': byZoom(12, 3, 16, 6), 'circle-color': color, 'circle-stroke-color': styles.ground[theme].case, 'circle-stroke-width': 1.2 },
    },
  ];
}
