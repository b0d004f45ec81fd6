// Coverage of the patrols: each side of a road beside its centre line, by when it was last inspected; blind spots hatched.
import { getJson } from '../surface/fetch.js';
import { hatchName } from '../surface/images.js';
import { SLOTS } from '../surface/scene.js';
import { byZoom, geojsonSource, matchBy } from '../surface/style.js';

const ASKED = ['days', 'area', 'person'];

export default async function mount({ geo, surface, data }) {
  const query = () => Object.fromEntries([...ASKED, 'as_of'].map((name) => [name, geo.state.get()[name]]));
  const load = async () => data ?? getJson(geo, '/analysis/coverage', query());
  const found = await load();
  const layers = (theme) => [...groundLayers(geo.page.styles, theme), ...roadLayers(geo.page.styles, theme)];
  const group = surface.add({ id: 'coverage', sources: sourcesOf(found), layers });
  const tell = (it) => geo.emit('data', { element: 'coverage', data: it });
  const refresh = async () => {
    const fresh = await load();
    for (const [name, { data: it }] of Object.entries(sourcesOf(fresh))) group.setData(name, it);
    tell(fresh);
  };
  tell(found);
  if (data) return;
  geo.on('filter', (changes) => ASKED.some((name) => name in changes) && refresh());
  geo.on('change', ({ layer }) => (layer === 'patrols' || layer === 'patrol-rules') && refresh());
}

function sourcesOf({ features, blind_spots: spots }) {
  const of = (kind) => ({ type: 'FeatureCollection', features: features.filter(({ properties }) => properties.kind === kind) });
  return { stretches: geojsonSource(of('stretch')), cells: geojsonSource(of('cell')), blind: geojsonSource(spots) };
}

function groundLayers(styles, theme) {
  const { looks } = styles.groups.coverage;
  const blind = looks.find(({ key }) => key === 'blind');
  const by = (value) => matchBy(['get', 'state'], looks.map((look) => [look.key, value(look)]), value(looks[0]));
  return [
    {
      id: 'cell', type: 'fill', slot: SLOTS.cell, source: 'cells', pick: 'coverage_cells', filter: ['!=', ['get', 'blind'], true],
      paint: { 'fill-color': by((look) => look[theme]), 'fill-opacity': by((look) => (look.key === 'fresh' ? 0.2 : 0.09)), 'fill-antialias': false },
    },
    {
      id: 'blind', type: 'fill', slot: SLOTS.cell + 1, source: 'blind', pick: 'blind_spots',
      paint: { 'fill-color': blind[theme], 'fill-opacity': 0.1 },
    },
    {
      id: 'blind-hatch', type: 'fill', slot: SLOTS.cell + 1, source: 'blind',
      paint: { 'fill-pattern': hatchName('coverage', 'blind', theme), 'fill-opacity': 0.45 },
    },
    {
      id: 'blind-edge', type: 'line', slot: SLOTS.cell + 2, source: 'blind',
      paint: { 'line-color': blind[theme], 'line-width': byZoom(10, 1, 16, 2.2), 'line-opacity': 0.8 },
    },
  ];
}

// The left side of a road lies to the left of the direction in which its chainage grows.
function roadLayers(styles, theme) {
  const looks = styles.groups.coverage.looks.filter(({ shape }) => shape === 'line');
  const sides = [['left', -1], ['right', 1]];
  return sides.flatMap(([side, sign]) =>
    looks.map((look) => ({
      id: `${side}-${look.key}`, type: 'line', slot: SLOTS.road, source: 'stretches', pick: 'coverage',
      filter: ['all', ['==', ['get', 'side'], side], ['==', ['get', 'state'], look.key]],
      paint: {
        'line-color': look[theme], 'line-width': byZoom(10, 1.2, 13, 2.4, 16, 5),
        'line-offset': byZoom(10, sign * 0.7, 13, sign * 2, 16, sign * 4.5),
        ...(look.dash ? { 'line-dasharray': look.dash.map((part) => part / 3) } : {}),
      },
    })),
  );
}
