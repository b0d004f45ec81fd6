// Where the canvas painter's features come from: GeoJSON in the page, or the same vector tiles that MapLibre reads.
// A source answers batches(box, zoom): [{features: {layer: [...]}, clip: world box or null}].
import { boxesMeet, fromGeojson, fromTile } from './features.js';

const KEPT_TILES = 96;

// `on`: {changed(), failed(error)}
export function makeSource(spec, on) {
  return spec.type === 'vector' ? new TileSource(spec, on) : new GeojsonSource(spec);
}

class GeojsonSource {
  constructor({ data }) {
    this.setData(data);
  }

  setData(data) {
    this.features = fromGeojson(data);
  }

  batches() {
    return [{ features: { '': this.features }, clip: null }];
  }

  refresh() {}

  busy() {
    return false;
  }
}

class TileSource {
  constructor({ tiles, minzoom = 0, maxzoom = 16 }, on) {
    Object.assign(this, { address: tiles[0], minzoom, maxzoom, ...on });
    this.tiles = new Map(); // "z/x/y" → {features, clip}, oldest first
    this.waiting = new Set();
    this.round = 0; // counts the refreshes; a tile of an older one is shown until the new one is there
  }

  batches(box, zoom) {
    const z = Math.min(Math.floor(zoom), this.maxzoom);
    if (z < this.minzoom) return [];
    const seen = covering(box, z).map((tile) => this.tile(tile));
    return seen.filter((tile) => tile && boxesMeet(tile.clip, box));
  }

  tile(at) {
    const key = `${at.z}/${at.x}/${at.y}`;
    const there = this.tiles.get(key);
    if (there?.round !== this.round && !this.waiting.has(key)) this.load(key, at);
    return there;
  }

  async load(key, at) {
    const { round } = this;
    this.waiting.add(key);
    try {
      const address = this.address.replace('{z}', at.z).replace('{x}', at.x).replace('{y}', at.y);
      const answer = await fetch(address);
      if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
      const body = await answer.arrayBuffer();
      this.keep(key, { features: body.byteLength ? fromTile(body, at) : {}, clip: tileBox(at), round });
      this.changed();
    } catch (error) {
      const old = this.tiles.get(key) ?? { features: {}, clip: tileBox(at) };
      this.keep(key, { ...old, round }); // asked for again by `refresh` only
      this.failed(error);
    } finally {
      this.waiting.delete(key);
      if (round !== this.round) this.changed();
    }
  }

  keep(key, tile) {
    this.tiles.delete(key); // the newest come last
    this.tiles.set(key, tile);
    if (this.tiles.size > KEPT_TILES) this.tiles.delete(this.tiles.keys().next().value);
  }

  refresh() {
    this.round += 1;
    this.changed();
  }

  busy() {
    return this.waiting.size > 0;
  }
}

function covering([west, north, east, south], z) {
  const last = 2 ** z - 1;
  const index = (value) => Math.max(0, Math.min(last, Math.floor(value * 2 ** z)));
  const found = [];
  for (let x = index(west); x <= index(east); x += 1) {
    for (let y = index(north); y <= index(south); y += 1) found.push({ z, x, y });
  }
  return found;
}

function tileBox({ z, x, y }) {
  const n = 2 ** z;
  return [x / n, y / n, (x + 1) / n, (y + 1) / n];
}
