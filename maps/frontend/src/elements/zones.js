// Clean zones: cells in three states, the zones that may be called clean, and both sides of the roads. What nobody has
// looked at is hatched grey, never green; what only its own people have looked at is hatched too.
import { getJson, latest } from '../surface/fetch.js';
import { hatchName } from '../surface/images.js';
import { SLOTS } from '../surface/scene.js';
import { byZoom, geojsonSource, matchBy, text } from '../surface/style.js';

const NONE = { type: 'FeatureCollection', features: [] };
const M2_PER_HA = 10_000;
const PROVEN_FROM = 14.5; // from where a cell is wide enough for its words
const ASKED = ['as_of', 'compare', 'area'];

export default async function mount({ geo, surface, options, data }) {
  const query = () => ({ as_of: geo.state.get().as_of ?? options.as_of, area: geo.state.get().area, roads: '1' });
  const load = async () => data ?? getJson(geo, '/analysis/clean-zones', query());
  const found = await load();
  const group = surface.add({ id: 'zones', sources: sourcesOf(geo, found), layers: (theme) => zoneLayers(geo.page.styles, theme) });
  geo.emit('data', { element: 'zones', data: found });
  if (data) return;
  const refresh = latest(load, (fresh) => {
    for (const [name, { data: it }] of Object.entries(sourcesOf(geo, fresh))) group.setData(name, it);
    geo.emit('data', { element: 'zones', data: fresh });
  });
  geo.on('change', ({ layer }) => (layer === 'problems' || layer === 'patrols') && refresh());
  geo.on('filter', (changes) => ASKED.some((name) => name in changes) && refresh());
}

// `look` tells the clean units that somebody else has seen from those that nobody else has.
const lookOf = ({ state, verified }) => (state === 'clean' && !verified ? 'own' : state);
const looked = ({ features }) => ({
  type: 'FeatureCollection',
  features: features.map((one) => ({ ...one, properties: { ...one.properties, look: lookOf(one.properties) } })),
});

// When the cell was last looked at, and how much of it: "3 d · 85 %"; nothing where nobody ever was.
function proven(geo, { age_days, share }) {
  if (age_days === null || age_days === undefined) return '';
  return geo.t('{n} d · {share} %', { n: geo.number(age_days, 0), share: geo.number((share ?? 0) * 100, 0) });
}

function sourcesOf(geo, found) {
  const said = (found.zones ?? NONE).features.map((one) => {
    const size = geo.t('Clean zone {n} ha', { n: geo.number(one.properties.area_m2 / M2_PER_HA, 1) });
    return { ...one, properties: { ...one.properties, size } };
  });
  const cells = looked(found);
  for (const { properties } of cells.features) properties.proven = proven(geo, properties);
  return {
    cells: geojsonSource(cells),
    labelled: geojsonSource({ ...NONE, features: said }),
    roads: geojsonSource(looked(found.roads ?? NONE)),
  };
}

function zoneLayers(styles, theme) {
  const [own, outline] = ['own', 'zone'].map((name) => styles.groups.zone_proof.looks.find(({ key }) => key === name));
  const looks = [own, ...styles.groups.zones.looks];
  const by = (value) => matchBy(['get', 'look'], looks.map((look) => [look.key, value(look)]), value(looks.at(-1)));
  const common = { source: 'cells', slot: SLOTS.cell };
  return [
    {
      id: 'cell', type: 'fill', ...common, pick: 'zones',
      paint: { 'fill-color': by((look) => look[theme]), 'fill-opacity': by((look) => look.opacity), 'fill-antialias': false },
    },
    ...looks.filter((look) => look.hatch).map((look) => ({
      id: `hatch-${look.key}`, type: 'fill', ...common, minzoom: 11, filter: ['==', ['get', 'look'], look.key],
      paint: { 'fill-pattern': hatchName(look === own ? 'zone_proof' : 'zones', look.key, theme), 'fill-opacity': look.key === 'problem' ? 0.8 : 0.5, 'fill-antialias': false },
    })),
    {
      id: 'grid', type: 'line', ...common, minzoom: 13,
      paint: { 'line-color': styles.ground[theme].case, 'line-width': 0.8, 'line-opacity': 0.5 },
    },
    {
      id: 'proven', type: 'symbol', slot: SLOTS.roadLabel, source: 'cells', minzoom: PROVEN_FROM,
      ...text(['get', 'proven'], byZoom(14.5, 9.5, 17, 13), styles.ground[theme], { 'text-padding': 1 }),
    },
    ...outlineLayers(outline, styles.ground[theme], theme),
    ...sideLayers(looks, theme),
  ];
}

function outlineLayers(outline, ground, theme) {
  const line = (id, color, ...widths) => ({
    id, type: 'line', slot: SLOTS.band, source: 'labelled', layout: { 'line-join': 'round' },
    paint: { 'line-color': color, 'line-width': byZoom(...widths) },
  });
  return [
    line('zone-case', ground.case, 10, 3.5, 16, 7),
    line('zone', outline[theme], 10, 1.8, 16, 3.6),
    {
      id: 'zone-size', type: 'symbol', slot: SLOTS.label + 1, source: 'labelled', minzoom: 11.5,
      ...text(['get', 'size'], byZoom(11, 12, 16, 16), { text: outline[theme], halo: ground.halo }),
    },
  ];
}

function sideLayers(looks, theme) {
  return [['left', -1], ['right', 1]].flatMap(([side, sign]) =>
    looks.map((look) => ({
      id: `${side}-${look.key}`, type: 'line', slot: SLOTS.road, source: 'roads', minzoom: 14, pick: 'zones',
      filter: ['all', ['==', ['get', 'side'], side], ['==', ['get', 'look'], look.key]],
      paint: {
        'line-color': look[theme], 'line-width': byZoom(14, 2, 17, 5), 'line-offset': byZoom(14, sign * 2, 17, sign * 5),
        ...(look.hatch ? { 'line-dasharray': [1.6, 0.8] } : {}),
      },
    })),
  );
}
