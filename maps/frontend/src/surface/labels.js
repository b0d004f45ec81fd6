// Icons and texts of the canvas painter. They find their places first (what lies highest first; a text gives way to
// one that is placed), and are painted afterwards from below.
import { place } from './paint.js';

const LINE_HEIGHT = 1.2;

// What is to be painted later: [function, …], empty when there is no room.
export function placeSymbol(view, feature, read) {
  const onLine = read('symbol-placement', 'point') !== 'point';
  const spots = onLine ? [turned(alongLine(view, feature), read)] : atPoints(view, feature);
  return spots.map((spot) => spot && placeAt(view, spot, read)).filter(Boolean);
}

export function symbolReach(read) {
  return { point: read('icon-image', '') ? 12 * read('icon-size', 1) : 0 };
}

function placeAt(view, spot, read) {
  const icon = read('icon-image', '');
  const text = String(read('text-field', '') ?? '');
  const free = read('text-allow-overlap', false) || read('icon-allow-overlap', false);
  const size = read('text-size', 12);
  const box = text ? textBox(view, spot, text, size, read) : iconBox(spot);
  if (!free && view.taken.some((other) => overlaps(other, box))) return null;
  if (!read(text ? 'text-ignore-placement' : 'icon-ignore-placement', false)) view.taken.push(box);
  return () => {
    if (icon) paintIcon(view, spot, icon, read('icon-size', 1));
    if (text) paintText(view, spot, text, size, read);
  };
}

function paintIcon({ context, images }, { x, y }, name, scale) {
  const { bitmap, pixelRatio } = images(name);
  const side = (bitmap.width / pixelRatio) * scale;
  context.drawImage(bitmap, x - side / 2, y - side / 2, side, side);
}

function paintText({ context }, { x, y, angle = 0 }, text, size, read) {
  const [dx, dy] = read('text-offset', [0, 0]);
  const anchor = read('text-anchor', 'center');
  context.save();
  context.translate(x, y);
  context.rotate(angle);
  setFont(context, size, read);
  context.textAlign = { left: 'left', right: 'right' }[anchor] ?? 'center';
  context.textBaseline = { top: 'top', bottom: 'bottom' }[anchor] ?? 'middle';
  const lines = text.split('\n');
  lines.forEach((line, i) => {
    const at = [dx * size, dy * size + (i - (lines.length - 1) / 2) * size * LINE_HEIGHT];
    paintLine(context, line, at, read);
  });
  context.restore();
}

function setFont(context, size, read) {
  context.font = `${size}px ${read('text-font', ['sans-serif']).map((name) => `"${name}"`).join(', ')}, sans-serif`;
}

function paintLine(context, line, at, read) {
  context.lineJoin = 'round';
  const halo = read('text-halo-width', 0);
  context.globalAlpha = read('text-opacity', 1);
  context.lineWidth = 2 * halo;
  context.strokeStyle = read('text-halo-color', '#fff');
  if (halo > 0) context.strokeText(line, ...at);
  context.fillStyle = read('text-color', '#000');
  context.fillText(line, ...at);
}

function textBox({ context }, { x, y, angle = 0 }, text, size, read) {
  setFont(context, size, read);
  const pad = read('text-padding', 2);
  const lines = text.split('\n');
  const length = Math.max(...lines.map((line) => context.measureText(line).width));
  const height = lines.length * size * LINE_HEIGHT;
  const [dx, dy] = read('text-offset', [0, 0]);
  const half = {
    x: (Math.abs(Math.cos(angle)) * length + Math.abs(Math.sin(angle)) * height) / 2 + pad,
    y: (Math.abs(Math.sin(angle)) * length + Math.abs(Math.cos(angle)) * height) / 2 + pad,
  };
  const shift = { left: length / 2, right: -length / 2 }[read('text-anchor', 'center')] ?? 0;
  const middle = { x: x + dx * size + shift, y: y + dy * size };
  return [middle.x - half.x, middle.y - half.y, middle.x + half.x, middle.y + half.y];
}

function iconBox({ x, y }) {
  return [x - 10, y - 10, x + 10, y + 10];
}

function overlaps(a, b) {
  return a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];
}

function atPoints(view, { type, parts, box }) {
  if (type === 1) return parts.map((part) => spotOf(place(view, part, 0)));
  if (type === 3) return [spotOf(place(view, [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2], 0))];
  return [alongLine(view, { parts })];
}

function turned(spot, read) {
  return spot && read('text-rotation-alignment', 'map') === 'viewport' ? { ...spot, angle: 0 } : spot;
}

function spotOf([x, y]) {
  return { x, y };
}

// The middle of the longest straight piece, with its slope, read from left to right.
function alongLine(view, { parts }) {
  let best = null;
  for (const part of parts) {
    for (let i = 0; i + 3 < part.length; i += 2) {
      const [x0, y0] = place(view, part, i);
      const [x1, y1] = place(view, part, i + 2);
      const length = Math.hypot(x1 - x0, y1 - y0);
      if (length > (best?.length ?? 0)) best = { x: (x0 + x1) / 2, y: (y0 + y1) / 2, length, slope: [x1 - x0, y1 - y0] };
    }
  }
  if (!best) return null;
  const [dx, dy] = best.slope[0] < 0 ? best.slope.map((part) => -part) : best.slope;
  return { ...best, angle: Math.atan2(dy, dx) };
}
