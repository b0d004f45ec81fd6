// Found and closed per day as small bars: found upwards, closed downwards, from one line.
import { svg } from '../surface/element.js';

const TALL = 40;
const GAP = 0.18;

// → {element, mark(number)}; a press on a day calls `choose(number)`.
export function makeBars(days, { label, choose }) {
  const [found_most, closed_most] = ['found', 'closed'].map((name) => Math.max(1, ...days.map((day) => day[name])));
  const scale = TALL / (found_most + closed_most); // both in one measure
  const line = found_most * scale;
  const height = (count) => (count ? Math.max(1, count * scale) : 0);
  const picture = svg('svg', { viewBox: `0 0 ${days.length} ${TALL}`, preserveAspectRatio: 'none', class: 'geo-days-bars', role: 'img', 'aria-label': label });
  const here = svg('rect', { x: 0, y: 0, width: 1, height: TALL, class: 'geo-days-here' });
  picture.append(here);
  days.forEach(({ day, found, closed }, i) => {
    const box = { x: i + GAP / 2, width: 1 - GAP };
    const up = svg('rect', { ...box, y: line - height(found), height: height(found), class: 'geo-days-found', 'data-day': day, 'data-count': found });
    const down = svg('rect', { ...box, y: line, height: height(closed), class: 'geo-days-closed', 'data-day': day, 'data-count': closed });
    picture.append(up, down);
  });
  picture.append(svg('rect', { x: 0, y: line - 0.4, width: days.length, height: 0.8, class: 'geo-days-line' }));
  picture.addEventListener('click', (event) => choose(numberAt(picture, event.clientX, days.length)));
  return { element: picture, mark: (number) => here.setAttribute('x', number) };
}

function numberAt(picture, x, count) {
  const { left, width } = picture.getBoundingClientRect();
  return Math.max(0, Math.min(count - 1, Math.floor(((x - left) / width) * count)));
}
