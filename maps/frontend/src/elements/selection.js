// Choosing on the map: a click tells the bus what was meant, the mouse shows names, `highlight` marks a shape,
// and `pick` lets a person choose a place for something new. In a standalone file, and where nobody listens to
// `select`, a small table of the feature's fields opens.
import { nameOf, popupContent, standsForMany } from '../surface/popup.js';

const PANE = 'geo-highlight';
const STEP_IN = 2; // zoom levels, on a cell that stands for many
const HOVER_PAUSE_MS = 40;

export default function mount({ geo, map, surface, options }) {
  map.on('click', (event) => choose(event, { geo, map, surface, options }));
  if (matchMedia('(hover: hover)').matches) watchMouse({ geo, map, surface });
}

function choose(event, { geo, map, surface, options }) {
  if (map.geoBusy) return;
  const [hit] = surface.query(event.containerPoint, event.originalEvent.pointerType);
  if (hit && standsForMany(hit.properties)) {
    map.setView(event.latlng, map.getZoom() + STEP_IN);
    return;
  }
  const chosen = hit ? { layer: hit.layer, id: hit.id, properties: hit.properties } : { layer: null };
  highlight(map, hit?.geometry ?? null);
  geo.emit('select', { ...chosen, latlng: event.latlng });
  if (hit && (geo.page.standalone || !geo.hears('select'))) openPopup({ geo, map, hit, fields: options.fields, at: event.latlng });
}

function openPopup({ geo, map, hit, fields, at }) {
  const content = popupContent(geo, hit, fields[hit.layer] ?? []);
  window.L.popup({ maxWidth: 300, className: 'geo-popup' }).setLatLng(at).setContent(content).openOn(map);
}

function watchMouse({ map, surface, geo }) {
  const tip = document.createElement('div');
  tip.className = 'geo-tip';
  tip.hidden = true;
  map.getContainer().append(tip);
  let timer;
  map.on('mousemove', ({ containerPoint }) => {
    clearTimeout(timer);
    timer = setTimeout(() => showTip({ map, surface, geo, tip }, containerPoint), HOVER_PAUSE_MS);
  });
  map.on('mouseout movestart', () => {
    clearTimeout(timer);
    tip.hidden = true;
  });
}

function showTip({ map, surface, geo, tip }, point) {
  const hit = map.geoBusy || map.dragging.moving() ? undefined : surface.query(point)[0];
  const name = hit && nameOf(geo, hit);
  map.getContainer().classList.toggle('geo-pointing', Boolean(hit));
  tip.hidden = !name;
  tip.textContent = name ?? '';
  tip.style.transform = `translate(${point.x + 14}px, ${point.y + 14}px)`;
}

// One shape marked on the map, whatever draws the rest; null takes the mark away.
export function highlight(map, shape) {
  map.geoHighlight?.remove();
  map.geoHighlight = null;
  if (!shape) return;
  if (!map.getPane(PANE)) Object.assign(map.createPane(PANE).style, { zIndex: 450, pointerEvents: 'none' });
  const common = { pane: PANE, interactive: false, pmIgnore: true };
  const layers = ['geo-highlight-halo', 'geo-highlight-line'].map((className) =>
    window.L.geoJSON(shape, {
      ...common,
      style: { className, fillOpacity: 0.08 },
      pointToLayer: (_, at) => window.L.circleMarker(at, { ...common, radius: 15, className }),
    }),
  );
  map.geoHighlight = window.L.layerGroup(layers).addTo(map);
}

export async function pick(map, geo, wish) {
  const { startPick } = await import('../surface/pick.js');
  return startPick(map, geo, wish);
}
