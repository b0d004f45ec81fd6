// Features for the canvas painter: every position in the square world of web Mercator (0…1, y down).
//   {id, properties, type: 1 point | 2 line | 3 polygon, parts: [Float64Array x0, y0, x1, …], box: [w, n, e, s]}
import { VectorTile } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';

const TYPES = { Point: 1, MultiPoint: 1, LineString: 2, MultiLineString: 2, Polygon: 3, MultiPolygon: 3 };

export function fromGeojson(data) {
  const list = data?.type === 'FeatureCollection' ? data.features : data ? [data] : [];
  return list.filter((feature) => feature.geometry && feature.geometry.type in TYPES).map(fromFeature);
}

function fromFeature({ id, properties, geometry }) {
  const parts = rings(geometry).map(toWorld);
  return { id, properties: properties ?? {}, type: TYPES[geometry.type], parts, box: boxOf(parts), geometry };
}

function rings({ type, coordinates }) {
  if (type === 'Point') return [[coordinates]];
  if (type === 'MultiPoint') return coordinates.map((position) => [position]);
  if (type === 'LineString') return [coordinates];
  if (type === 'MultiPolygon') return coordinates.flat();
  return coordinates;
}

function toWorld(positions) {
  const flat = new Float64Array(positions.length * 2);
  positions.forEach(([lng, lat], i) => flat.set([worldX(lng), worldY(lat)], 2 * i));
  return flat;
}

export const worldX = (lng) => (lng + 180) / 360;
export const worldY = (lat) => (1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2;

// The features of one vector tile by layer; points in the tile's margin belong to its neighbour and are left out.
export function fromTile(buffer, { z, x, y }) {
  const tile = new VectorTile(new PbfReader(buffer));
  const read = (layer) => Array.from({ length: layer.length }, (_, i) => layer.feature(i));
  return Object.fromEntries(
    Object.entries(tile.layers).map(([name, layer]) => {
      const place = (p) => [(x + p.x / layer.extent) / 2 ** z, (y + p.y / layer.extent) / 2 ** z];
      const inside = (f) => f.type !== 1 || f.loadGeometry().flat().every((p) => within(p, layer.extent));
      return [name, read(layer).filter(inside).map((feature) => fromTileFeature(feature, place))];
    }),
  );
}

function within({ x, y }, extent) {
  return x >= 0 && y >= 0 && x < extent && y < extent;
}

function fromTileFeature(feature, place) {
  const parts = feature.loadGeometry().map((ring) => Float64Array.from(ring.flatMap(place)));
  return { id: feature.id, properties: feature.properties, type: feature.type, parts, box: boxOf(parts) };
}

function boxOf(parts) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 2) {
      box[0] = Math.min(box[0], part[i]);
      box[1] = Math.min(box[1], part[i + 1]);
      box[2] = Math.max(box[2], part[i]);
      box[3] = Math.max(box[3], part[i + 1]);
    }
  }
  return box;
}

// Back to GeoJSON; the parts of a polygon become polygons of their own (good enough to show which one was meant).
export function toGeometry({ type, parts }) {
  const lines = parts.map((part) => Array.from({ length: part.length / 2 }, (_, i) => position(part, 2 * i)));
  if (type === 1) return { type: 'Point', coordinates: lines[0][0] };
  if (type === 2) return { type: 'MultiLineString', coordinates: lines };
  return { type: 'MultiPolygon', coordinates: lines.map((line) => [[...line, line[0]]]) };
}

function position(part, i) {
  const lat = (Math.atan(Math.sinh(Math.PI * (1 - 2 * part[i + 1]))) * 180) / Math.PI;
  return [part[i] * 360 - 180, lat];
}

export function boxesMeet(a, b) {
  return a[0] <= b[2] && a[2] >= b[0] && a[1] <= b[3] && a[3] >= b[1];
}
