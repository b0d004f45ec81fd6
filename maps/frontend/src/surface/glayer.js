// MapLibre GL inside a Leaflet map. `live`: draw at every move (GPU); otherwise once per rest (software GL).
import { Map as GlMap, setWorkerUrl } from 'maplibre-gl';
import { FrameLayer } from './frame.js';
import { makeImage } from './images.js';

const OURS = new Set(['slot', 'pick']);
const EMPTY = { version: 8, sources: {}, layers: [] };
const OPTIONS = {
  interactive: false, attributionControl: false, fadeDuration: 0, trackResize: false, validateStyle: false,
  refreshExpiredTiles: false, renderWorldCopies: false,
};
const PAUSE_MS = 400;

export class GlLayer extends FrameLayer {
  initialize(geo, { live }) {
    this.geo = geo;
    this.live = live;
    this.refreshes = 0;
    this.wanted = { sources: {}, layers: [] };
    this.shown = { sources: {}, layers: [] };
    setWorkerUrl(absolute(`${geo.page.assets}maplibre-worker.mjs`));
  }

  create() {
    const locale = { 'Map.Title': this.geo.t('Map') };
    this.gl = new GlMap({ ...OPTIONS, locale, container: this.box, style: EMPTY, ...this.camera() });
    this.gl.on('error', ({ error, sourceId }) => this.fault(sourceId, error));
    this.gl.setMissingStyleImageResolver((id) => this.addImage(id));
    if (!this.live) this.pace();
    this.unhear = this.geo.on('print', () => this.gl.redraw());
    this.gl.once('style.load', () => {
      this.ready = true;
      this.apply();
    });
  }

  // Software takes a tenth of a second for a frame: while tiles come in, a few of them are enough.
  pace() {
    const { gl } = this;
    const draw = gl.triggerRepaint.bind(gl);
    gl.triggerRepaint = () => {
      const isWhole = !this.ready || gl.areTilesLoaded();
      if (this.paced && !isWhole) return;
      clearTimeout(this.paced);
      this.paced = isWhole ? null : setTimeout(() => { this.paced = null; draw(); }, PAUSE_MS);
      if (isWhole) draw();
    };
  }

  destroy() {
    clearTimeout(this.paced);
    this.unhear();
    this.gl.remove();
  }

  getEvents() {
    return { ...super.getEvents(), ...(this.live ? { move: this.follow } : {}) };
  }

  measure() {
    super.measure();
    this.gl?.resize();
  }

  camera() {
    const { lng, lat } = this._map.getCenter();
    return { center: [lng, lat], zoom: this._map.getZoom() - 1 };
  }

  draw() {
    this.gl.jumpTo(this.camera());
    this.gl.redraw(); // in this very task: the picture and Leaflet's panes move together
  }

  follow() {
    if (!this._map._animatingZoom) this.settle();
  }

  addImage(id) {
    const image = makeImage(this.geo.page.styles, id, Math.min(window.devicePixelRatio, 2));
    if (image && !this.gl.hasImage(id)) this.gl.addImage(id, image.data, { pixelRatio: image.pixelRatio });
  }

  render(style) {
    this.wanted = style;
    if (this.ready) this.apply();
  }

  // Bring the style from what is shown to what is wanted, touching only what differs.
  apply() {
    const { shown, wanted } = this;
    this.shown = wanted;
    const changed = changedSources(shown.sources, wanted.sources);
    const kept = keptLayers(shown.layers, wanted.layers, changed);
    for (const { id } of shown.layers) if (!kept.has(id)) this.gl.removeLayer(id);
    for (const id of changed) if (this.gl.getSource(id)) this.gl.removeSource(id);
    for (const id of changed) if (wanted.sources[id]) this.gl.addSource(id, glSource(wanted.sources[id]));
    this.addLayers(wanted.layers, kept);
  }

  addLayers(layers, kept) {
    let above;
    for (const layer of [...layers].reverse()) {
      if (!kept.has(layer.id)) this.gl.addLayer(glLayer(layer), above);
      above = layer.id;
    }
  }

  setData(id, data) {
    this.gl.getSource(id)?.setData(data);
  }

  // Fetch the tiles anew. (MapLibre's own refreshTiles leaves tiles beyond the deepest zoom as they were: it remembers
  // them by their address. What follows the # changes the address, and is not sent.)
  refresh(id) {
    this.refreshes += 1;
    this.gl.getSource(id)?.setTiles(glSource(this.wanted.sources[id]).tiles.map((tile) => `${tile}#${this.refreshes}`));
  }

  query(point, tolerance) {
    const layers = this.pickable();
    if (!layers.size) return [];
    const { x, y } = this.toBox(point);
    const box = [[x - tolerance, y - tolerance], [x + tolerance, y + tolerance]];
    const found = this.gl.queryRenderedFeatures(box, { layers: [...layers.keys()] });
    return found.map((f) => ({
      layer: layers.get(f.layer.id), id: f.id, properties: f.properties, geometry: f.geometry,
    }));
  }

  pickable() {
    const there = this.shown.layers.filter((layer) => layer.pick && this.gl.getLayer(layer.id));
    return new Map(there.map((layer) => [layer.id, layer.pick]));
  }

  drawn(id) {
    return this.gl.getLayer(id) ? this.gl.queryRenderedFeatures({ layers: [id] }).length : 0;
  }

  async idle() {
    await new Promise((resolve) => setTimeout(resolve)); // let waiting style changes begin
    if (this.ready && this.gl.areTilesLoaded() && !this.gl.isMoving() && this.gl.loaded()) return;
    await this.gl.once('idle');
  }
}

function changedSources(shown, wanted) {
  const ids = new Set([...Object.keys(shown), ...Object.keys(wanted)]);
  return [...ids].filter((id) => !sameSource(shown[id], wanted[id]));
}

function sameSource(a, b) {
  if (!a || !b) return a === b;
  return a === b || (a.type === b.type && a.type === 'geojson') || JSON.stringify(a) === JSON.stringify(b);
}

function keptLayers(shown, wanted, changedSourceIds) {
  const before = new Map(shown.map((layer) => [layer.id, JSON.stringify(layer)]));
  const same = wanted.filter((layer) => before.get(layer.id) === JSON.stringify(layer));
  return new Set(same.filter((layer) => !changedSourceIds.includes(layer.source)).map((layer) => layer.id));
}

function glSource(spec) {
  return spec.tiles ? { ...spec, tiles: spec.tiles.map(absolute) } : spec;
}

function glLayer(layer) {
  return Object.fromEntries(Object.entries(layer).filter(([name]) => !OURS.has(name)));
}

// Tile addresses reach a worker, which has no page to be relative to.
function absolute(address) {
  return new URL(address, window.location.href).href.replaceAll('%7B', '{').replaceAll('%7D', '}');
}
