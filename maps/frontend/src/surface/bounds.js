// The bounding box [w, s, e, n] of GeoJSON, or null when it has no position.

export function boundsOf(shape) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  visit(shape, ([lng, lat]) => {
    box[0] = Math.min(box[0], lng);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lng);
    box[3] = Math.max(box[3], lat);
  });
  return box[0] <= box[2] ? box : null;
}

function visit(shape, see) {
  if (!shape) return;
  if (shape.type === 'FeatureCollection') shape.features.forEach((feature) => visit(feature, see));
  else if (shape.type === 'Feature') visit(shape.geometry, see);
  else if (shape.type === 'GeometryCollection') shape.geometries.forEach((geometry) => visit(geometry, see));
  else positions(shape.coordinates, see);
}

function positions(list, see) {
  if (typeof list[0] === 'number') see(list);
  else for (const part of list) positions(part, see);
}
