// The browser's own print. What a graphics card draws comes out empty on paper, so that a picture of it takes its
// place; the map keeps its proportions and is made as wide as the sheet; the legend is unfolded.

import { find, findAll, h } from './dom.js';

const SHEET = { width: 1040, height: 610 }; // pixels of A4, landscape, within its margins and below the title

export function startPrinting() {
  addEventListener('beforeprint', prepare);
  addEventListener('afterprint', () => findAll('.print-copy').forEach((copy) => copy.remove()));
}

function prepare() {
  const { clientWidth: width, clientHeight: height } = find('.folium-map');
  const { style } = document.documentElement;
  style.setProperty('--print-w', `${width}px`);
  style.setProperty('--print-h', `${height}px`);
  style.setProperty('--print-zoom', Math.min(SHEET.width / width, SHEET.height / height));
  window.geo.emit('print', {}); // who draws with a graphics card draws once more, in this very task
  for (const canvas of findAll('.geo-surface canvas')) canvas.after(copyOf(canvas));
  for (const fold of findAll('.geo-legend')) fold.open = true;
}

function copyOf(canvas) {
  const { offsetWidth: width, offsetHeight: height } = canvas;
  return h('img', { class: 'print-copy', src: canvas.toDataURL(), alt: '', width, height });
}
