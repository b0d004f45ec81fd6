// Where an element's data comes from: vector tiles of the service, or the GeoJSON of a standalone file.
import { geojsonSource, vectorSource } from './style.js';

export function tileAddress(layer, filters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) if (value) query.set(name, value);
  const said = query.toString().replaceAll('%2C', ',');
  return `/tiles/${layer}/{z}/{x}/{y}.mvt${said && `?${said}`}`;
}

// In a standalone file there is nothing but what it holds.
// {sources, from}: spread `from(tileLayer)` into each style layer.
export function dataOf(geo, name, { tileLayer, data, zooms }) {
  if (data || geo.page.standalone) return { sources: { [name]: geojsonSource(data) }, from: { source: name } };
  const sources = { [name]: vectorSource(tileAddress(tileLayer), zooms) };
  return { sources, from: { source: name, 'source-layer': tileLayer } };
}
