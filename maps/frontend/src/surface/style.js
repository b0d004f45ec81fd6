// Pieces of MapLibre style that several elements share.

export const FONT = ['Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', 'sans-serif'];

// Of a fill whose edge is a line of its own: no second outline under it.
export const UNEDGED = { 'fill-antialias': false };

// ["match", ["get", property], key, value, …, fallback]
export function matchBy(property, entries, fallback) {
  const flat = entries.flat();
  return flat.length ? ['match', property, ...flat, fallback] : fallback;
}

export function byZoom(...stops) {
  return ['interpolate', ['linear'], ['zoom'], ...stops];
}

export function text(field, size, ground, more = {}) {
  return {
    layout: { 'text-field': field, 'text-font': FONT, 'text-size': size, 'text-padding': 4, ...more },
    paint: { 'text-color': ground.text, 'text-halo-color': ground.halo, 'text-halo-width': 1.5 },
  };
}

export function vectorSource(address, { minzoom = 0, maxzoom = 16 } = {}) {
  return { type: 'vector', tiles: [address], minzoom, maxzoom };
}

export function geojsonSource(data) {
  return { type: 'geojson', data: data ?? { type: 'FeatureCollection', features: [] } };
}
