// Marks of the style table: a shape with a glyph, a line, or a filled area, as SVG and as pixels.

import { svg as node } from './element.js';

const BOX = 24;
const GLYPH_WIDTH = 2.6;

export function findLook(styles, group, key) {
  return styles.groups[group]?.looks.find((look) => look.key === key);
}

export function ink(look, theme) {
  return theme === 'dark' ? look.ink_dark : look.ink_light;
}

// An <svg> for legends and cards. Its colours follow the theme through `currentColor`-free CSS variables.
export function symbol(styles, group, key, size = 20) {
  const look = findLook(styles, group, key);
  const svg = node('svg', { viewBox: '0 0 24 24', width: size, height: size, 'aria-hidden': 'true' });
  svg.classList.add('geo-mark');
  if (!look) return svg;
  for (const theme of ['light', 'dark']) svg.style.setProperty(`--mark-${theme}`, look[theme]);
  for (const theme of ['light', 'dark']) svg.style.setProperty(`--ink-${theme}`, ink(look, theme));
  const draw = { line: svgLine, area: svgArea }[look.shape] ?? svgMark;
  draw(svg, look, styles);
  return svg;
}

function svgMark(svg, look, styles) {
  svg.append(node('path', { d: styles.shapes[look.shape], class: 'geo-mark-fill' }));
  if (look.glyph) svg.append(node('path', { d: styles.glyphs[look.glyph], class: 'geo-mark-glyph' }));
}

function svgLine(svg, look) {
  const width = Math.min(look.width, 10);
  const path = node('path', { d: 'M2 12h20', class: 'geo-mark-line', 'stroke-width': width, ...dashes(look) });
  if (look.dash) path.style.setProperty('stroke-linecap', 'butt'); // round ends would fill the gaps
  svg.append(path);
}

function svgArea(svg, look) {
  const border = { x: 2.5, y: 4.5, width: 19, height: 15, rx: 2 };
  svg.append(node('rect', { ...border, class: 'geo-mark-area', 'fill-opacity': look.opacity }));
  for (const d of hatchPaths(look.hatch)) svg.append(node('path', { d, class: 'geo-mark-hatch' }));
  svg.append(
    node('rect', { ...border, class: 'geo-mark-border', 'stroke-width': Math.max(look.width, 1), ...dashes(look) }),
  );
}

function dashes(look) {
  return look.dash ? { 'stroke-dasharray': look.dash.join(' ') } : {};
}

function hatchPaths(hatch) {
  if (hatch === 'diagonal') return ['M4 12l7-7M4 18L17 5M9 19L20 8M15 19l5-5'];
  if (hatch === 'back') return ['M13 5l7 7M7 5l13 13M4 8l11 11M4 14l5 5'];
  if (hatch === 'cross') return [...hatchPaths('diagonal'), ...hatchPaths('back')];
  if (hatch === 'dots') return ['M7 9v.1M12 9v.1M17 9v.1M9.5 13.5v.1M14.5 13.5v.1M7 17v.1M12 17v.1M17 17v.1'];
  return [];
}

// The same mark as pixels, for the map: {data: ImageData, pixelRatio}.
export function markImage(styles, look, theme, { size, pixelRatio }) {
  const { context, side } = canvas(size * pixelRatio);
  context.scale(side / BOX, side / BOX);
  paintMark(context, styles, look, theme);
  return { data: context.getImageData(0, 0, side, side), pixelRatio };
}

export function paintMark(context, styles, look, theme) {
  const shape = new Path2D(styles.shapes[look.shape]);
  context.lineJoin = context.lineCap = 'round';
  context.translate(BOX / 2, BOX / 2);
  context.scale(0.88, 0.88);
  context.translate(-BOX / 2, -BOX / 2);
  context.lineWidth = 2.4;
  context.strokeStyle = ink(look, theme);
  context.stroke(shape);
  context.fillStyle = look[theme];
  context.fill(shape);
  if (look.glyph) {
    context.lineWidth = GLYPH_WIDTH;
    context.stroke(new Path2D(styles.glyphs[look.glyph]));
  }
}

// A tile of a hatch that repeats without seams: {data: ImageData, pixelRatio}.
export function hatchImage(look, theme, pixelRatio) {
  const { context, side } = canvas(8 * pixelRatio);
  context.strokeStyle = context.fillStyle = look[theme];
  context.lineWidth = pixelRatio;
  if (look.hatch === 'dots') dots(context, side);
  else if (look.hatch === 'cross') [false, true].forEach((back) => stripes(context, side, back));
  else stripes(context, side, look.hatch === 'back');
  return { data: context.getImageData(0, 0, side, side), pixelRatio };
}

function dots(context, side) {
  for (const [x, y] of [[0.25, 0.25], [0.75, 0.75]]) {
    context.beginPath();
    context.arc(x * side, y * side, side / 8, 0, 7);
    context.fill();
  }
}

function stripes(context, side, back) {
  for (const shift of [-side, 0, side]) {
    context.beginPath();
    context.moveTo(back ? shift : shift + side, 0);
    context.lineTo(back ? shift + side : shift, side);
    context.stroke();
  }
}

function canvas(side) {
  const whole = Math.round(side);
  const sheet = document.createElement('canvas');
  sheet.width = sheet.height = whole;
  return { context: sheet.getContext('2d', { willReadFrequently: true }), side: whole };
}
