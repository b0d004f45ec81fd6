// Air-monitoring stations with their names, and the rings round them.
import { getJson } from '../surface/fetch.js';
import { markName } from '../surface/images.js';
import { SLOTS } from '../surface/scene.js';
import { chosenStation } from '../surface/station.js';
import { byZoom, FONT, geojsonSource } from '../surface/style.js';
import { dataOf } from '../surface/tiles.js';

export default async function mount({ geo, surface, options, data }) {
  const stations = data?.stations ?? (await getJson(geo, '/stations'));
  const rings = dataOf(geo, 'rings', { tileLayer: 'station_buffers', data: data?.rings });
  const chosen = await chosenStation(geo, options.station);
  const sources = { stations: geojsonSource(stations), ...(options.rings ? rings.sources : {}) };
  const layers = (theme) => [
    ...(options.rings ? ringLayers(rings.from, geo.page.styles, theme, chosen) : []),
    ...stationLayers(geo.page.styles, theme),
  ];
  const group = surface.add({ id: 'stations', sources, layers });
  geo.emit('data', { element: 'stations', data: stations });
  if (data) return;
  geo.on('change', async ({ layer }) => {
    if (layer !== 'stations') return;
    group.setData('stations', await getJson(geo, '/stations'));
    if (options.rings) group.refresh('rings');
  });
}

function ringLayers(from, styles, theme, chosen) {
  const look = styles.groups.stations.looks.find(({ key }) => key === 'ring');
  const filter = chosen ? ['==', ['get', 'station'], chosen] : ['literal', true];
  const ground = styles.ground[theme];
  return [
    { id: 'ring', type: 'fill', slot: SLOTS.band, ...from, filter, paint: { 'fill-color': look[theme], 'fill-opacity': look.opacity } },
    {
      id: 'ring-edge', type: 'line', slot: SLOTS.ring, ...from, filter,
      paint: { 'line-color': look[theme], 'line-width': look.width, 'line-dasharray': look.dash, 'line-opacity': 0.85 },
    },
    {
      id: 'ring-name', type: 'symbol', slot: SLOTS.label, ...from, filter, minzoom: 11,
      layout: {
        'symbol-placement': 'line', 'symbol-spacing': 700, 'text-field': ['concat', ['to-string', ['get', 'outer_m']], ' m'],
        'text-font': FONT, 'text-size': 11,
      },
      paint: { 'text-color': look[theme], 'text-halo-color': ground.halo, 'text-halo-width': 1.6 },
    },
  ];
}

function stationLayers(styles, theme) {
  const [look] = styles.groups.stations.looks;
  return [
    {
      id: 'station', type: 'symbol', slot: SLOTS.mark + 1, source: 'stations', pick: 'stations',
      layout: {
        'icon-image': markName('stations', 'station', theme), 'icon-size': byZoom(9, 0.9, 15, 1.5),
        'icon-allow-overlap': true, 'icon-ignore-placement': true,
      },
    },
    {
      id: 'name', type: 'symbol', slot: SLOTS.label + 1, source: 'stations',
      layout: {
        'text-field': ['get', 'name'], 'text-font': FONT, 'text-size': byZoom(9, 12, 15, 15), 'text-anchor': 'left',
        'text-offset': [1.2, 0], 'text-allow-overlap': true,
      },
      paint: { 'text-color': look[theme], 'text-halo-color': styles.ground[theme].halo, 'text-halo-width': 2 },
    },
  ];
}
