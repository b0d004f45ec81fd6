// Clean zones: cells in three states. What nobody has looked at is hatched grey, never green.
import { getJson } from '../surface/fetch.js';
import { hatchName } from '../surface/images.js';
import { SLOTS } from '../surface/scene.js';
import { geojsonSource, matchBy } from '../surface/style.js';

export default async function mount({ geo, surface, options, data }) {
  const load = () => data ?? getJson(geo, '/analysis/clean-zones', { as_of: geo.state.get().as_of ?? options.as_of });
  const zones = await load();
  const layers = (theme) => zoneLayers(geo.page.styles, theme);
  const group = surface.add({ id: 'zones', sources: { cells: geojsonSource(zones) }, layers });
  geo.emit('data', { element: 'zones', data: zones });
  if (data) return;
  geo.on('change', async ({ layer }) => {
    if (layer !== 'problems' && layer !== 'patrols') return;
    const fresh = await load();
    group.setData('cells', fresh);
    geo.emit('data', { element: 'zones', data: fresh });
  });
}

function zoneLayers(styles, theme) {
  const { looks } = styles.groups.zones;
  const by = (value) => matchBy(['get', 'state'], looks.map((look) => [look.key, value(look)]), value(looks.at(-1)));
  const hatched = looks.filter((look) => look.hatch);
  const common = { source: 'cells', slot: SLOTS.cell };
  return [
    {
      id: 'cell', type: 'fill', ...common, pick: 'zones',
      paint: { 'fill-color': by((look) => look[theme]), 'fill-opacity': by((look) => look.opacity), 'fill-antialias': false },
    },
    ...hatched.map((look) => ({
      id: `hatch-${look.key}`, type: 'fill', ...common, minzoom: 11, filter: ['==', ['get', 'state'], look.key],
      paint: { 'fill-pattern': hatchName('zones', look.key, theme), 'fill-opacity': look.key === 'unknown' ? 0.55 : 0.8, 'fill-antialias': false },
    })),
    {
      id: 'grid', type: 'line', ...common, minzoom: 13,
      paint: { 'line-color': styles.ground[theme].case, 'line-width': 0.8, 'line-opacity': 0.5 },
    },
  ];
}
