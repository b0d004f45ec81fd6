// Faults of the seam: land hatched by what is wrong with it, roads as wide lines, and a sign on each fault, since most
// are too narrow to be seen from afar. A proposal to mend them (event `proposal`) is drawn before, after, or both.
import { boundsOf } from '../surface/bounds.js';
import { getJson } from '../surface/fetch.js';
import { hatchName, markName } from '../surface/images.js';
import { SLOTS } from '../surface/scene.js';
import { byZoom, geojsonSource, matchBy } from '../surface/style.js';

const NONE = { type: 'FeatureCollection', features: [] };

export default async function mount({ geo, surface, data }) {
  const query = () => ({ level: geo.state.get().level, on: geo.state.get().on });
  const load = async () => data ?? getJson(geo, '/analysis/work-faces', query());
  const found = await load();
  const layers = (theme) => [...faultLayers(geo, theme), ...proposalLayers(geo.page.styles, theme)];
  const group = surface.add({ id: 'work_faces', sources: { ...sourcesOf(found), ...proposalSources(null) }, layers });
  const tell = (it) => geo.emit('data', { element: 'work_faces', data: it });
  const refresh = async () => {
    const fresh = await load();
    for (const [name, { data: it }] of Object.entries(sourcesOf(fresh))) group.setData(name, it);
    tell(fresh);
  };
  if (found.features.length && !geo.arrivedAt) geo.fit(boundsOf(found), { animate: false });
  tell(found);
  geo.on('filter', (changes) => ('level' in changes || 'on' in changes ? refresh() : group.update()));
  geo.on('change', ({ layer }) => layer === 'areas' && refresh());
  geo.on('proposal', ({ proposal, show }) => {
    for (const [name, { data: it }] of Object.entries(proposalSources(proposal, show))) group.setData(name, it);
  });
}

function sourcesOf({ features, edges }) {
  const said = features.map((one) => ({ ...one, properties: { ...one.properties, names: namesOf(one.properties) } }));
  const marks = said.filter(({ properties }) => properties.at).map((one) => ({ ...one, geometry: { type: 'Point', coordinates: one.properties.at } }));
  return {
    faults: geojsonSource({ ...NONE, features: said.filter(({ geometry }) => geometry) }),
    marks: geojsonSource({ ...NONE, features: marks }),
    edges: geojsonSource({ ...NONE, features: edges }),
  };
}

const namesOf = ({ who }) => who.map(({ name, people }) => [name, ...people].join(' ')).join(' / ');

function proposalSources(proposal, show = 'both') {
  const features = proposal?.features ?? [];
  const before = features.map((one) => ({ ...one, geometry: one.properties.before }));
  const moved = features.filter((one) => one.properties.moved).map((one) => ({ ...one, geometry: one.properties.moved }));
  return {
    before: geojsonSource({ ...NONE, features: show === 'after' ? [] : before }),
    after: geojsonSource({ ...NONE, features: show === 'before' ? [] : features }),
    moved: geojsonSource({ ...NONE, features: moved }),
  };
}

function faultLayers(geo, theme) {
  const { styles } = geo.page;
  const { looks } = styles.groups.work_faces;
  const { kind } = geo.state.get();
  const wanted = kind ? ['==', ['get', 'kind'], kind] : ['!=', ['get', 'kind'], ''];
  const by = (value) => matchBy(['get', 'kind'], looks.map((look) => [look.key, value(look)]), value(looks[0]));
  const common = { source: 'faults', pick: 'work_faces' };
  const land = (more) => ['all', wanted, ['==', ['geometry-type'], 'Polygon'], ...more];
  const road = (more) => ['all', wanted, ['==', ['geometry-type'], 'LineString'], ...more];
  const color = by((look) => look[theme]);
  const line = { 'line-cap': 'round', 'line-join': 'round' };
  return [
    { id: 'edges', type: 'line', slot: SLOTS.line, source: 'edges', minzoom: 12, paint: { 'line-color': looks[0][theme], 'line-width': 1, 'line-dasharray': [2, 2], 'line-opacity': 0.7 } },
    { id: 'land', type: 'fill', slot: SLOTS.area, ...common, filter: land([]), paint: { 'fill-color': color, 'fill-opacity': by((look) => look.opacity) } },
    ...looks.filter((look) => look.hatch).map((look) => ({
      id: `hatch-${look.key}`, type: 'fill', slot: SLOTS.area, source: 'faults', filter: land([['==', ['get', 'kind'], look.key]]),
      paint: { 'fill-pattern': hatchName('work_faces', look.key, theme), 'fill-opacity': look.key === 'unassigned_area' ? 0.3 : 0.8 },
    })),
    { id: 'border', type: 'line', slot: SLOTS.area + 1, ...common, filter: land([]), layout: line, paint: { 'line-color': color, 'line-width': byZoom(10, 1.2, 16, 2.4) } },
    ...['chainage_gap', ''].map((dashed) => ({
      id: `stretch${dashed && '-gap'}`, type: 'line', slot: SLOTS.line, ...common, layout: dashed ? {} : line,
      filter: road([[dashed ? '==' : '!=', ['get', 'kind'], 'chainage_gap']]),
      paint: { 'line-color': color, 'line-width': byZoom(10, 3, 16, 9), ...(dashed ? { 'line-dasharray': [1.5, 1] } : { 'line-opacity': 0.75 }) },
    })),
    {
      id: 'mark', type: 'symbol', slot: SLOTS.mark, source: 'marks', pick: 'work_faces', filter: wanted,
      layout: { 'icon-image': by((look) => markName('work_faces', look.key, theme)), 'icon-size': byZoom(10, 0.7, 15, 1), 'icon-allow-overlap': true, 'icon-ignore-placement': true },
    },
  ];
}

// The old border dashed, the new one solid, and between them the land that changes hands.
function proposalLayers(styles, theme) {
  const [old] = styles.groups.work_faces.looks;
  const fresh = styles.groups.parcels.looks.find(({ key }) => key === 'treated');
  return [
    { id: 'moved', type: 'fill', slot: SLOTS.area + 2, source: 'moved', paint: { 'fill-color': fresh[theme], 'fill-opacity': 0.45 } },
    { id: 'before', type: 'line', slot: SLOTS.area + 3, source: 'before', paint: { 'line-color': old[theme], 'line-width': 2, 'line-dasharray': [3, 2] } },
    { id: 'after', type: 'line', slot: SLOTS.area + 3, source: 'after', paint: { 'line-color': fresh[theme], 'line-width': 2.4 } },
  ];
}
