// On a phone the panel is a sheet over the map with three heights: peek, half, full.

import { find } from './dom.js';

const PHONE = window.matchMedia('(max-width: 720px)');
const HEIGHTS = ['peek', 'half', 'full'];
const TAP_PX = 6;

const panel = () => find('#panel');

export const isPhone = () => PHONE.matches;
export const height = () => panel().dataset.height;

// Sets the height; the map is told, since the part of it that can be seen changes.
export async function setHeight(name) {
  const sheet = panel();
  sheet.dataset.height = name;
  sheet.style.removeProperty('height');
  document.body.dataset.sheet = name;
  if (!isPhone() || name === 'full') return;
  const map = await window.geo.map;
  map.invalidateSize({ animate: false });
}

// Makes sure that the panel shows enough to read.
export const raise = () => height() === 'peek' && setHeight('half');

export function startSheet() {
  const grip = find('#grip');
  setHeight(panel().classList.contains('wide') ? 'full' : 'peek');
  grip.addEventListener('click', () => afterDrag() || step(height() === 'full' ? -2 : 1));
  grip.addEventListener('keydown', onKey);
  grip.addEventListener('pointerdown', (event) => drag(event, grip));
  PHONE.addEventListener('change', () => setHeight(height()));
}

function step(by) {
  const at = HEIGHTS.indexOf(height()) + by;
  setHeight(HEIGHTS[Math.max(0, Math.min(HEIGHTS.length - 1, at))]);
}

function onKey(event) {
  const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
  if (by === undefined) return;
  event.preventDefault();
  step(by);
}

// The click that ends a drag is not a tap.
let dragged_at = -Infinity;
const AFTER_DRAG_MS = 300;
const afterDrag = () => performance.now() - dragged_at < AFTER_DRAG_MS;

function drag(start, grip) {
  const sheet = panel();
  const from = sheet.getBoundingClientRect().height;
  const over = new AbortController();
  let moved = 0;
  const move = (event) => {
    moved = start.clientY - event.clientY;
    sheet.classList.add('dragging');
    sheet.style.height = `${from + moved}px`;
  };
  const end = () => {
    over.abort();
    sheet.classList.remove('dragging');
    if (Math.abs(moved) > TAP_PX) settle(from + moved);
    else sheet.style.removeProperty('height');
  };
  grip.setPointerCapture(start.pointerId);
  grip.addEventListener('pointermove', move, { signal: over.signal });
  grip.addEventListener('pointerup', end, { signal: over.signal });
  grip.addEventListener('pointercancel', end, { signal: over.signal });
}

// Goes to the nearest of the three heights.
function settle(height_px) {
  const share = height_px / window.innerHeight;
  dragged_at = performance.now();
  setHeight(share < 0.36 ? 'peek' : share < 0.72 ? 'half' : 'full');
}
