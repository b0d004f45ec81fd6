// Choosing a place for something new: a tap for a point (tap again to correct it), taps for a line or an area.
import { openBar } from './bar.js';

const LEAST = { Point: 1, LineString: 2, Polygon: 3 };
const PLACES = 8;

// Resolves to a GeoJSON geometry, or to null when the person gives up (button or Escape).
export function startPick(map, geo, { type }) {
  return new Promise((resolve) => {
    const sketch = new Sketch(map, type);
    const end = (geometry) => {
      document.removeEventListener('keydown', escape);
      bar.remove();
      sketch.stop();
      resolve(geometry);
    };
    const escape = (event) => event.key === 'Escape' && end(null);
    const bar = openBar(map, { hint: hint(geo, type), buttons: buttonsOf(geo, type, sketch, end) });
    document.addEventListener('keydown', escape);
    sketch.start((count) => {
      bar.enable('use', count >= LEAST[type]);
      if (type !== 'Point') bar.enable('back', count > 0);
    });
  });
}

function hint({ t }, type) {
  if (type === 'Point') return t('Tap the place on the map');
  if (type === 'LineString') return t('Tap along the line, then “Use this”');
  return t('Tap round the area, then “Use this”');
}

function buttonsOf({ t }, type, sketch, end) {
  const back = { key: 'back', label: t('Take back'), action: () => sketch.undo() };
  const use = { key: 'use', label: t('Use this'), main: true, action: () => end(sketch.geometry()) };
  const cancel = { key: 'cancel', label: t('Cancel'), action: () => end(null) };
  return type === 'Point' ? [use, cancel] : [back, use, cancel];
}

class Sketch {
  constructor(map, type) {
    Object.assign(this, { map, type, points: [], shape: window.L.layerGroup().addTo(map) });
    this.tap = ({ latlng }) => this.put([...(type === 'Point' ? [] : this.points), latlng]);
  }

  start(changed) {
    this.changed = changed;
    this.map.geoBusy = true;
    this.map.getContainer().classList.add('geo-picking');
    this.map.on('click', this.tap);
    this.map.doubleClickZoom.disable();
    changed(0);
  }

  stop() {
    this.map.off('click', this.tap);
    this.map.doubleClickZoom.enable();
    this.map.getContainer().classList.remove('geo-picking');
    this.shape.remove();
    // The click that ended the choice must not choose something else too.
    setTimeout(() => (this.map.geoBusy = false));
  }

  undo() {
    this.put(this.points.slice(0, -1));
  }

  put(points) {
    const { L } = window;
    const look = { className: 'geo-sketch', interactive: false, pmIgnore: true };
    this.points = points;
    this.shape.clearLayers();
    if (this.type === 'LineString') this.shape.addLayer(L.polyline(points, look));
    if (this.type === 'Polygon') this.shape.addLayer(L.polygon(points, look));
    for (const point of points) this.shape.addLayer(L.circleMarker(point, { ...look, radius: 8 }));
    this.changed(points.length);
  }

  geometry() {
    const positions = this.points.map(({ lng, lat }) => [lng, lat].map((part) => Number(part.toFixed(PLACES))));
    if (this.type === 'Point') return { type: 'Point', coordinates: positions[0] };
    if (this.type === 'LineString') return { type: 'LineString', coordinates: positions };
    return { type: 'Polygon', coordinates: [[...positions, positions[0]]] };
  }
}
