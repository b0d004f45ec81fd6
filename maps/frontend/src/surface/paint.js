// Paints one style layer of one batch of features on a 2-D canvas.
// `view` = {context, zoom, scale, left, top, images}: a world position is at ((x - left) * scale, (y - top) * scale).
import { compile } from './expression.js';

export const PAINTERS = { fill: paintFill, line: paintLine, circle: paintCircle };

export function scopeOf(view, feature) {
  return { zoom: view.zoom, properties: feature.properties, id: feature.id, type: feature.type };
}

// A style layer made ready: `passes(scope)`, and `read(scope)` → a getter of its properties for one feature.
export function prepare(layer) {
  const values = Object.entries({ ...layer.layout, ...layer.paint }).map(([name, value]) => [name, compile(value)]);
  const properties = new Map(values);
  return {
    passes: layer.filter ? compile(layer.filter) : () => true,
    read: (scope) => (name, fallback) => properties.get(name)?.(scope) ?? fallback,
  };
}

function paintFill(view, feature, read) {
  const { context } = view;
  trace(view, feature.parts, true);
  context.globalAlpha = read('fill-opacity', 1);
  context.fillStyle = pattern(view, read('fill-pattern')) ?? read('fill-color', '#000');
  context.fill('evenodd');
  context.globalAlpha = 1;
  return { fill: true };
}

function pattern({ context, images }, name) {
  if (!name) return null;
  const image = images(name);
  const made = context.createPattern(image.bitmap, 'repeat');
  made.setTransform(new DOMMatrix().scale(1 / image.pixelRatio));
  return made;
}

function paintLine(view, feature, read) {
  const { context } = view;
  const width = read('line-width', 1);
  const offset = read('line-offset', 0);
  if (offset) traceBeside(view, feature.parts, offset);
  else trace(view, feature.parts, feature.type === 3);
  context.globalAlpha = read('line-opacity', 1);
  context.strokeStyle = read('line-color', '#000');
  context.lineWidth = width;
  context.lineCap = read('line-cap', 'butt');
  context.lineJoin = read('line-join', 'miter');
  context.setLineDash(read('line-dasharray', []).map((part) => part * width));
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
  return { line: width / 2, offset };
}

function paintCircle(view, feature, read) {
  const { context } = view;
  const dot = {
    radius: Math.round(read('circle-radius', 5) * 4) / 4,
    color: read('circle-color', '#000'),
    border: read('circle-stroke-width', 0),
    borderColor: read('circle-stroke-color', '#000'),
  };
  const { sheet, side } = view.dots(dot);
  context.globalAlpha = read('circle-opacity', 1);
  for (const part of feature.parts) {
    const [x, y] = place(view, part, 0);
    context.drawImage(sheet, x - side / 2, y - side / 2, side, side);
  }
  context.globalAlpha = 1;
  return { point: dot.radius + dot.border };
}

// One dot on a sheet of its own; `side` is the sheet's size in the map's pixels.
export function dotSheet({ radius, color, border, borderColor }, ratio) {
  const side = 2 * Math.ceil(radius + border) + 2;
  const sheet = document.createElement('canvas');
  sheet.width = sheet.height = side * ratio;
  const context = sheet.getContext('2d', { willReadFrequently: true });
  context.scale(ratio, ratio);
  context.arc(side / 2, side / 2, radius + border / 2, 0, 2 * Math.PI);
  context.fillStyle = color;
  context.fill();
  context.strokeStyle = borderColor;
  context.lineWidth = border;
  if (border > 0) context.stroke();
  return { sheet, side };
}

export function place({ left, top, scale }, part, i) {
  return [(part[i] - left) * scale, (part[i + 1] - top) * scale];
}

function trace(view, parts, closed) {
  const { context } = view;
  context.beginPath();
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 2) context[i ? 'lineTo' : 'moveTo'](...place(view, part, i));
    if (closed) context.closePath();
  }
}

// The same lines moved to the right of their direction by `offset` pixels (to the left below 0).
function traceBeside(view, parts, offset) {
  const { context } = view;
  context.beginPath();
  for (const part of parts) {
    const points = Array.from({ length: part.length / 2 }, (_, i) => place(view, part, 2 * i));
    points.forEach((point, i) => context[i ? 'lineTo' : 'moveTo'](...beside(points, i, offset)));
  }
}

// A corner moves along the middle between the directions before and after it.
function beside(points, i, offset) {
  const [before, here, after] = [points[i - 1] ?? points[i], points[i], points[i + 1] ?? points[i]];
  const [dx, dy] = [after[0] - before[0], after[1] - before[1]];
  const length = Math.hypot(dx, dy) || 1;
  return [here[0] - (dy / length) * offset, here[1] + (dx / length) * offset];
}
