// Where problems pile up round a station: significant cells filled and outlined, the others only faint.
import { boundsOf } from '../surface/bounds.js';
import { getJson } from '../surface/fetch.js';
import { hatchName } from '../surface/images.js';
import { SLOTS } from '../surface/scene.js';
import { chosenStation } from '../surface/station.js';
import { byZoom, geojsonSource, text } from '../surface/style.js';

export default async function mount({ geo, surface, options, data }) {
  const station = await chosenStation(geo, options.station);
  if (!data && !station) return;
  const query = { station, as_of: geo.state.get().as_of ?? options.as_of };
  const load = () => data ?? getJson(geo, '/analysis/hotspots', query);
  const found = await load();
  const group = surface.add({
    id: 'hotspots', sources: { cells: geojsonSource(found) }, layers: (theme) => cellLayers(geo.page.styles, theme),
  });
  const bounds = boundsOf(found);
  if (bounds && !geo.arrivedAt) geo.fit(bounds, { animate: false });
  geo.emit('data', { element: 'hotspots', data: found });
  if (data) return;
  geo.on('change', async ({ layer }) => {
    if (layer !== 'problems') return;
    const fresh = await load();
    group.setData('cells', fresh);
    geo.emit('data', { element: 'hotspots', data: fresh });
  });
}

// The service says `hot` and `cold` only of cells that chance does not explain.
const KINDS = {
  hot: ['==', ['get', 'hot'], true],
  cold: ['==', ['get', 'cold'], true],
  chance: ['all', ['!=', ['get', 'hot'], true], ['!=', ['get', 'cold'], true]],
};

function cellLayers(styles, theme) {
  const looks = [...styles.groups.hotspots.looks].reverse(); // the hot ones on top
  const ground = styles.ground[theme];
  return [...looks.flatMap((look) => lookLayers(look, theme)), countLayer(looks.at(-1), theme, ground)];
}

function lookLayers(look, theme) {
  const common = { source: 'cells', slot: SLOTS.cell, filter: KINDS[look.key] };
  const hatch = look.hatch && { 'fill-pattern': hatchName('hotspots', look.key, theme), 'fill-opacity': 0.45 };
  return [
    { id: look.key, type: 'fill', ...common, pick: 'hotspots', paint: { 'fill-color': look[theme], 'fill-opacity': look.opacity } },
    ...(hatch ? [{ id: `${look.key}-hatch`, type: 'fill', ...common, paint: hatch }] : []),
    {
      id: `${look.key}-edge`, type: 'line', ...common, slot: SLOTS.cell + 1, minzoom: look.key === 'chance' ? 12 : 0,
      paint: { 'line-color': look[theme], 'line-width': look.width, 'line-opacity': look.key === 'chance' ? 0.35 : 1 },
    },
  ];
}

function countLayer(hot, theme, ground) {
  const label = text(['to-string', ['get', 'count']], byZoom(12, 11, 15, 15), ground, { 'text-padding': 0 });
  return { id: 'count', type: 'symbol', slot: SLOTS.roadLabel, source: 'cells', minzoom: 12, filter: KINDS.hot, ...label };
}
