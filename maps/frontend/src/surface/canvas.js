// Draws the same styles without WebGL: for desktops that have none, and for standalone files.
import { boxesMeet, toGeometry, worldX, worldY } from './features.js';
import { FrameLayer } from './frame.js';
import { touches } from './hit.js';
import { makeImage } from './images.js';
import { placeSymbol, symbolReach } from './labels.js';
import { dotSheet, PAINTERS, prepare, scopeOf } from './paint.js';
import { makeSource } from './sources.js';

const TILE = 256;
const CLIPPED = new Set(['fill', 'line']);

export class CanvasLayer extends FrameLayer {
  initialize(geo) {
    this.geo = geo;
    this.style = { sources: {}, layers: [] };
    this.sources = new Map();
    this.images = new Map();
    this.dots = new Map();
    this.painted = [];
    this.prepared = new WeakMap();
  }

  create() {
    this.sheet = document.createElement('canvas');
    // On the processor: where there is no GPU, its stand-in is far slower.
    this.context = this.sheet.getContext('2d', { willReadFrequently: true });
    this.box.append(this.sheet);
  }

  destroy() {
    this.sources.clear();
  }

  render(style) {
    for (const [id, spec] of Object.entries(style.sources)) {
      if (!same(this.style.sources[id], spec)) this.sources.set(id, makeSource(spec, this.hear(id)));
    }
    for (const id of this.sources.keys()) if (!(id in style.sources)) this.sources.delete(id);
    this.style = style;
    this.later();
  }

  hear(id) {
    return { changed: () => this.later(), failed: (error) => this.fault(id, error) };
  }

  setData(id, data) {
    this.sources.get(id)?.setData(data);
    this.later();
  }

  refresh(id) {
    this.sources.get(id)?.refresh();
  }

  later() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      if (this._map) this.draw();
    });
  }

  draw() {
    const view = this.view();
    this.painted = [];
    const symbols = this.style.layers.filter((layer) => layer.type === 'symbol');
    for (const layer of this.style.layers) if (layer.type !== 'symbol') this.paintLayer(view, layer);
    for (const layer of symbols.reverse()) this.paintLayer(view, layer);
    for (const paint of view.waiting.reverse()) paint();
  }

  view() {
    const ratio = window.devicePixelRatio;
    const { x, y } = this.size;
    this.sheet.width = x * ratio;
    this.sheet.height = y * ratio;
    Object.assign(this.sheet.style, { width: `${x}px`, height: `${y}px` });
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const scale = TILE * 2 ** this.zoom;
    const [left, top] = [worldX(this.center.lng) - x / 2 / scale, worldY(this.center.lat) - y / 2 / scale];
    const box = [left, top, left + x / scale, top + y / scale];
    const images = (name) => this.image(name);
    const dots = (dot) => this.dot(dot);
    return { context: this.context, zoom: this.zoom - 1, scale, left, top, box, images, dots, taken: [], waiting: [] };
  }

  paintLayer(view, layer) {
    if (view.zoom < (layer.minzoom ?? 0) || view.zoom >= (layer.maxzoom ?? 30)) return;
    if (layer.type === 'background') return this.paintBackground(view, layer);
    for (const batch of this.sources.get(layer.source)?.batches(view.box, view.zoom) ?? []) {
      this.context.save();
      if (batch.clip && CLIPPED.has(layer.type)) clipTo(view, batch.clip);
      this.paintBatch(view, layer, batch.features[layer['source-layer'] ?? ''] ?? []);
      this.context.restore();
    }
  }

  paintBackground({ context }, layer) {
    context.fillStyle = layer.paint['background-color'];
    context.fillRect(0, 0, this.size.x, this.size.y);
  }

  paintBatch(view, layer, features) {
    const { passes, read } = this.ready(layer);
    const seen = features
      .filter((feature) => boxesMeet(feature.box, view.box))
      .map((feature) => ({ feature, scope: scopeOf(view, feature) }))
      .filter(({ scope }) => passes(scope))
      .map(({ feature, scope }) => ({ feature, get: read(scope) }));
    for (const { feature, get } of ordered(seen, layer)) {
      const reach = paintFeature(view, layer, feature, get);
      if (reach) this.painted.push({ view, layer, feature, reach });
    }
  }

  // Each layer's expressions are compiled once.
  ready(layer) {
    if (!this.prepared.has(layer)) this.prepared.set(layer, prepare(layer));
    return this.prepared.get(layer);
  }

  // Dots are many and few kinds: each kind is painted once.
  dot(dot) {
    const key = Object.values(dot).join();
    if (!this.dots.has(key)) this.dots.set(key, dotSheet(dot, window.devicePixelRatio));
    return this.dots.get(key);
  }

  image(name) {
    const ratio = Math.min(window.devicePixelRatio, 2);
    if (!this.images.has(name)) this.images.set(name, bitmap(makeImage(this.geo.page.styles, name, ratio)));
    return this.images.get(name);
  }

  query(point, tolerance) {
    const at = this.toBox(point);
    const order = new Map(this.style.layers.map((layer, i) => [layer.id, i]));
    return this.painted
      .filter(({ view, layer, feature, reach }) => layer.pick && touches(view, feature, reach, at, tolerance))
      .reverse()
      .sort((a, b) => order.get(b.layer.id) - order.get(a.layer.id))
      .map(({ layer, feature }) => ({ layer: layer.pick, ...feature, geometry: shapeOf(feature) }));
  }

  drawn(id) {
    return this.painted.filter(({ layer }) => layer.id === id).length;
  }

  async idle() {
    const rest = () => new Promise((resolve) => setTimeout(resolve, 30));
    do await rest();
    while (this.frame || [...this.sources.values()].some((source) => source.busy()));
  }
}

function shapeOf(feature) {
  return feature.geometry ?? toGeometry(feature);
}

// Tiles overlap in their margins: nothing of a line or an area is painted outside its own tile.
function clipTo({ context, left, top, scale }, [west, north, east, south]) {
  context.beginPath();
  context.rect((west - left) * scale, (north - top) * scale, (east - west) * scale, (south - north) * scale);
  context.clip();
}

// By the layer's sort key, if it has one: high ones over low ones. Of symbols that keep clear of each other low ones find
// their place first, as in MapLibre; of those that may overlap, which are painted from the last on, the high ones.
function ordered(seen, layer) {
  const key = `${layer.type}-sort-key`;
  if (!(key in (layer.layout ?? {}))) return seen;
  const sign = layer.type === 'symbol' && layer.layout['icon-allow-overlap'] ? -1 : 1;
  const rank = new Map(seen.map((one) => [one, sign * one.get(key, 0)]));
  return [...seen].sort((a, b) => rank.get(a) - rank.get(b));
}

function paintFeature(view, layer, feature, read) {
  if (layer.type !== 'symbol') return PAINTERS[layer.type](view, feature, read);
  const paints = placeSymbol(view, feature, read);
  view.waiting.push(...paints);
  return paints.length ? symbolReach(read) : null;
}

function same(a, b) {
  return Boolean(a) && JSON.stringify({ ...a, data: 0 }) === JSON.stringify({ ...b, data: 0 });
}

function bitmap({ data, pixelRatio }) {
  const sheet = document.createElement('canvas');
  [sheet.width, sheet.height] = [data.width, data.height];
  sheet.getContext('2d', { willReadFrequently: true }).putImageData(data, 0, 0);
  return { bitmap: sheet, pixelRatio };
}
