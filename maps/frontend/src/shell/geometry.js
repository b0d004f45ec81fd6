// The little geometry the panel needs: boxes to look at, words for a shape.

import { area, length, t } from './words.js';

const ROUND_A_POINT_DEG = 0.0018; // about 200 m
const EARTH_M = 6_371_008.8;

const flat = (coordinates) =>
  typeof coordinates[0] === 'number' ? [coordinates] : coordinates.flatMap(flat);

function positions(geojson) {
  if (geojson.type === 'FeatureCollection') return geojson.features.flatMap(positions);
  if (geojson.type === 'Feature') return geojson.geometry ? positions(geojson.geometry) : [];
  if (geojson.type === 'GeometryCollection') return geojson.geometries.flatMap(positions);
  return flat(geojson.coordinates);
}

// [west, south, east, north] with some room round it, or null when there is nothing.
export function box(geojson, room_deg = ROUND_A_POINT_DEG) {
  const all = positions(geojson);
  if (!all.length) return null;
  const wide = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of all) {
    wide[0] = Math.min(wide[0], x);
    wide[1] = Math.min(wide[1], y);
    wide[2] = Math.max(wide[2], x);
    wide[3] = Math.max(wide[3], y);
  }
  return [wide[0] - room_deg, wide[1] - room_deg, wide[2] + room_deg, wide[3] + room_deg];
}

export function centre(geojson) {
  const [west, south, east, north] = box(geojson, 0);
  return [(west + east) / 2, (south + north) / 2];
}

// Metres between two places, near enough to sort by.
export function distance(from, to) {
  const [x, y] = toMetres(from)(to);
  return Math.hypot(x, y);
}

// "Point 118.15532, 36.19012", "Line of 230 m", "Area of 1,200 m²": only to recognise it; the service measures.
export function describe(geometry) {
  const points = positions(geometry);
  if (geometry.type.endsWith('Point'))
    return t('Point {x}, {y}', { x: points[0][0].toFixed(5), y: points[0][1].toFixed(5) });
  const metres = points.map(toMetres(points[0]));
  if (geometry.type.endsWith('LineString')) return t('Line of {length}', { length: length(walked(metres)) });
  return t('Area of {area}', { area: area(Math.abs(enclosed(metres))) });
}

const radians = (degrees) => (degrees * Math.PI) / 180;

const toMetres =
  ([x0, y0]) =>
  ([x, y]) => [radians(x - x0) * Math.cos(radians(y0)) * EARTH_M, radians(y - y0) * EARTH_M];

const walked = (points) =>
  points.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - points[i][0], y - points[i][1]), 0);

const enclosed = (points) =>
  points.slice(1).reduce((sum, [x, y], i) => sum + (points[i][0] * y - x * points[i][1]) / 2, 0);
