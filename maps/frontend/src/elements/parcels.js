// Bare-land parcels by state, from vector tiles; the one that is being edited is left out.
import { hatchName } from '../surface/images.js';
import { SLOTS } from '../surface/scene.js';
import { byZoom, matchBy, text, UNEDGED } from '../surface/style.js';
import { dataOf } from '../surface/tiles.js';

const FILTERS = ['state', 'treatment'];

export default function mount({ geo, surface, data }) {
  const { sources, from } = dataOf(geo, 'parcels', { tileLayer: 'parcels', data });
  let edited = null;
  const layers = (theme) => parcelLayers({ from, theme, styles: geo.page.styles, shown: shownOf(geo, edited) });
  const group = surface.add({ id: 'parcels', sources, layers });
  geo.on('filter', () => group.update());
  geo.on('editing', ({ layer, id }) => {
    if (layer !== 'parcels') return;
    edited = id;
    group.update();
  });
  geo.on('change', ({ layer }) => layer === 'parcels' && !data && group.refresh('parcels'));
}

function shownOf(geo, edited) {
  const said = geo.state.get();
  const wanted = FILTERS.filter((name) => said[name]).map((name) => ['==', ['get', name], said[name]]);
  const hidden = edited === null ? [] : [['!=', ['id'], edited]];
  return ['all', ...wanted, ...hidden];
}

function parcelLayers({ from, theme, styles, shown }) {
  const { looks } = styles.groups.parcels;
  const ground = styles.ground[theme];
  const by = (value) => matchBy(['get', 'state'], looks.map((look) => [look.key, value(look)]), value(looks[0]));
  const common = { ...from, slot: SLOTS.area, filter: shown };
  const hatched = looks.filter((look) => look.hatch);
  const name = text(['get', 'name'], byZoom(13, 11, 17, 14), ground, { 'text-padding': 6 });
  return [
    { id: 'parcel', type: 'fill', ...common, pick: 'parcels', paint: { 'fill-color': by((look) => look[theme]), 'fill-opacity': by((look) => look.opacity), ...UNEDGED } },
    ...hatched.map((look) => ({
      id: `hatch-${look.key}`, type: 'fill', ...common, minzoom: 12, filter: ['all', shown, ['==', ['get', 'state'], look.key]],
      paint: { 'fill-pattern': hatchName('parcels', look.key, theme), 'fill-opacity': 0.7 },
    })),
    {
      id: 'edge', type: 'line', ...common, slot: SLOTS.area + 1, layout: { 'line-join': 'round' },
      paint: { 'line-color': by((look) => look[theme]), 'line-width': byZoom(9, 1, 13, 1.6, 17, 3) },
    },
    { id: 'name', type: 'symbol', slot: SLOTS.label, ...from, minzoom: 14.5, filter: shown, ...name },
  ];
}
