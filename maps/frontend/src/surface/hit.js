// Whether a point of the canvas touches what was painted of a feature.
import { place } from './paint.js';

// `reach` is what the painter said: {point: radius} | {line: half width, offset} | {fill: true}, in pixels.
export function touches(view, feature, reach, { x, y }, tolerance) {
  if (reach.fill) return inside(view, feature.parts, x, y);
  if (reach.line !== undefined) return near(view, feature, { x, y, offset: reach.offset }, reach.line + tolerance);
  return feature.parts.some((part) => {
    const [px, py] = place(view, part, 0);
    return Math.hypot(px - x, py - y) <= reach.point + tolerance;
  });
}

function inside(view, parts, x, y) {
  let within = false;
  eachPiece(view, parts, true, (x0, y0, x1, y1) => {
    if (y0 > y !== y1 > y && x < ((x1 - x0) * (y - y0)) / (y1 - y0) + x0) within = !within;
  });
  return within;
}

function near(view, { parts, type }, { x: px, y: py, offset = 0 }, distance) {
  let found = false;
  eachPiece(view, parts, type === 3, (x0, y0, x1, y1) => {
    const [dx, dy] = [x1 - x0, y1 - y0];
    const scale = offset / (Math.hypot(dx, dy) || 1);
    const [x, y] = [px + dy * scale, py - dx * scale]; // instead of moving the line to its right
    const along = Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1)));
    if (Math.hypot(x0 + along * dx - x, y0 + along * dy - y) <= distance) found = true;
  });
  return found;
}

function eachPiece(view, parts, closed, visit) {
  for (const part of parts) {
    const last = closed ? part.length : part.length - 2;
    for (let i = 0; i < last; i += 2) visit(...place(view, part, i), ...place(view, part, (i + 2) % part.length));
  }
}
