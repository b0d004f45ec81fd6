// Paints one style layer of one batch of features on a 2-D canvas.
// `view` = {context, zoom, scale, left, top, images}: a world position is at ((x - left) * scale, (y - top) * scale).
import { evaluate, isValue } from './expression.js';

export const PAINTERS = { fill: paintFill, line: paintLine, circle: paintCircle };

export function scopeOf(view, feature) {
  return { zoom: view.zoom, properties: feature.properties, id: feature.id, type: feature.type };
}

// A getter of one layer's properties for one feature, in numbers, text and colours.
export function reader(layer, scope) {
  const values = { ...layer.layout, ...layer.paint };
  return (name, fallback) => {
    if (!(name in values)) return fallback;
    return isValue(values[name]) ? values[name] : evaluate(values[name], scope);
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
  trace(view, feature.parts, feature.type === 3);
  context.globalAlpha = read('line-opacity', 1);
  context.strokeStyle = read('line-color', '#000');
  context.lineWidth = width;
  context.lineCap = read('line-cap', 'butt');
  context.lineJoin = read('line-join', 'miter');
  context.setLineDash(read('line-dasharray', []).map((part) => part * width));
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
  return { line: width / 2 };
}

function paintCircle(view, feature, read) {
  const { context } = view;
  const radius = read('circle-radius', 5);
  const border = read('circle-stroke-width', 0);
  context.globalAlpha = read('circle-opacity', 1);
  for (const part of feature.parts) {
    const [x, y] = place(view, part, 0);
    context.beginPath();
    context.arc(x, y, radius + border / 2, 0, 2 * Math.PI);
    context.fillStyle = read('circle-color', '#000');
    context.fill();
    if (border > 0) strokeCircle(context, read, border);
  }
  context.globalAlpha = 1;
  return { point: radius + border };
}

function strokeCircle(context, read, border) {
  context.strokeStyle = read('circle-stroke-color', '#000');
  context.lineWidth = border;
  context.stroke();
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
