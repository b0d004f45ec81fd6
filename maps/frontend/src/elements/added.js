// Layers that somebody added by import: points, lines and areas of one colour, with their codes from near.
import { SLOTS } from '../surface/scene.js';
import { byZoom, text } from '../surface/style.js';
import { dataOf } from '../surface/tiles.js';

export default function mount({ geo, surface, options, data }) {
  for (const { name, label } of options.layers) addLayer({ geo, surface, name, label, data: data?.[name] });
}

function addLayer({ geo, surface, name, label, data }) {
  const { sources, from } = dataOf(geo, 'rows', { tileLayer: name, data });
  const layers = (theme) => ownLayers({ name, label, from, theme, styles: geo.page.styles });
  const group = surface.add({ id: `added-${name}`, sources, layers });
  geo.on('change', ({ layer }) => layer === name && !data && group.refresh('rows'));
}

function ownLayers({ name, label, from, theme, styles }) {
  const [look] = styles.groups.own.looks;
  const ground = styles.ground[theme];
  const is = (type) => ['==', ['geometry-type'], type];
  return [
    {
      id: 'area', type: 'fill', slot: SLOTS.area, ...from, pick: name, filter: is('Polygon'),
      paint: { 'fill-color': look[theme], 'fill-opacity': look.opacity },
    },
    {
      id: 'line', type: 'line', slot: SLOTS.area + 1, ...from, pick: name, filter: ['!=', ['geometry-type'], 'Point'],
      paint: { 'line-color': look[theme], 'line-width': byZoom(9, 1, 16, look.width * 1.6) },
    },
    {
      id: 'point', type: 'circle', slot: SLOTS.point, ...from, pick: name, filter: is('Point'),
      paint: {
        'circle-radius': byZoom(9, 2, 16, 6.5), 'circle-color': look[theme],
        'circle-stroke-color': ground.case, 'circle-stroke-width': 1.2,
      },
    },
    {
      id: 'label', type: 'symbol', slot: SLOTS.label, ...from, minzoom: 15,
      ...text(['to-string', ['coalesce', ['get', label], ['get', 'code']]], 12, ground, { 'text-offset': [0, 1.2] }),
    },
  ];
}
