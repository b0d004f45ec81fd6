// Dust sources: construction sites, mines, yards and the like, each with its own sign.
import { markName } from '../surface/images.js';
import { SLOTS } from '../surface/scene.js';
import { byZoom, matchBy, text } from '../surface/style.js';
import { dataOf } from '../surface/tiles.js';

export default function mount({ geo, surface, data }) {
  const { sources, from } = dataOf(geo, 'dust', { tileLayer: 'dust_sources', data });
  const group = surface.add({ id: 'dust', sources, layers: (theme) => dustLayers(from, geo.page.styles, theme) });
  geo.on('change', ({ layer }) => layer === 'dust_sources' && !data && group.refresh('dust'));
}

function dustLayers(from, styles, theme) {
  const { looks } = styles.groups.dust_sources;
  const other = looks.at(-1);
  const image = matchBy(['get', 'kind'], looks.map(({ key }) => [key, markName('dust_sources', key, theme)]), markName('dust_sources', other.key, theme));
  const shape = { ...from, pick: 'dust_sources', filter: ['!=', ['geometry-type'], 'Point'] };
  return [
    { id: 'area', type: 'fill', slot: SLOTS.area, ...shape, paint: { 'fill-color': other[theme], 'fill-opacity': 0.18 } },
    { id: 'edge', type: 'line', slot: SLOTS.area + 1, ...shape, paint: { 'line-color': other[theme], 'line-width': 1.4 } },
    {
      id: 'mark', type: 'symbol', slot: SLOTS.mark - 1, ...from, pick: 'dust_sources', minzoom: 11,
      layout: { 'icon-image': image, 'icon-size': byZoom(11, 0.55, 16, 1), 'icon-allow-overlap': true, 'icon-ignore-placement': true },
    },
    {
      id: 'name', type: 'symbol', slot: SLOTS.label, ...from, minzoom: 14.5,
      ...text(['get', 'name'], 11.5, styles.ground[theme], { 'text-offset': [0, 1.4] }),
    },
  ];
}
