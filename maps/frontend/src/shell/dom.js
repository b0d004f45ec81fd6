// Building the page's own elements. Text always becomes a text node; no HTML is ever parsed.

const SVG = 'http://www.w3.org/2000/svg';

// h("button", {class: "btn", onclick: save, "aria-pressed": true}, "Save") → element.
// Attributes: on… = listener; style = {property: value}; false, null and undefined leave it out.
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  element.append(...flat(children));
  return element;
}

function set(element, name, value) {
  if (value === false || value === null || value === undefined) return;
  if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
  else if (name === 'style') Object.entries(value).forEach(([key, v]) => element.style.setProperty(key, v));
  else if (name === 'value') element.value = value;
  else element.setAttribute(name, value === true && !name.startsWith('aria-') ? '' : String(value));
}

function flat(children) {
  return children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false && child !== '');
}

// Puts new children in place of all old ones.
export function fill(element, ...children) {
  element.replaceChildren(...flat(children));
  return element;
}

// The same, for news that come unasked: the focus stays on what has the same name, and the panel where it was read.
export function refill(element, ...children) {
  const active = element.contains(document.activeElement) ? document.activeElement : null;
  const panel = element.closest('#panel-body');
  const top = panel?.scrollTop;
  fill(element, ...children);
  if (active) sameAs(active, element)?.focus({ preventScroll: true });
  if (panel) panel.scrollTop = top;
  return element;
}

function sameAs({ id, dataset }, root) {
  if (id) return document.getElementById(id);
  const [[name, value] = []] = Object.entries(dataset);
  return name && findAll('*', root).find((one) => one.dataset[name] === value);
}

export const find = (selector, root = document) => root.querySelector(selector);

export const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];

// A drawing from the sprite that every page carries.
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  const use = document.createElementNS(SVG, 'use');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  use.setAttribute('href', `#i-${name}`);
  svg.append(use);
  return svg;
}

// Calls `action` once after the last of a burst of calls.
export function debounced(action, wait_ms = 250) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...args), wait_ms);
  };
}
