// Making elements: text always becomes a text node.
const SVG = 'http://www.w3.org/2000/svg';

// make('button', {class: 'x', onclick: act, 'aria-pressed': true}, 'Save', other) → element; a null attribute is left out.
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
  else element.setAttribute(name, value === true && !name.startsWith('aria-') ? '' : String(value));
}

// The same for what is drawn: svg('rect', {x: 0, width: 1}) → element.
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// A drawing of strokes in a box of 24 × 24, in the colour of the text.
export const drawing = (path) => svg('svg', { viewBox: '0 0 24 24', class: 'geo-drawing', 'aria-hidden': 'true' }, svg('path', { d: path }));

export const CROSS = 'M6 6l12 12M18 6 6 18'; // closes, clears

// Whether the person wants nothing to move that need not.
export const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

// Neither clicks nor wheels on it reach the map.
export function ownGround(element) {
  window.L.DomEvent.disableClickPropagation(element);
  window.L.DomEvent.disableScrollPropagation(element);
  return element;
}
