// A Kaplan–Meier curve: the share of closures that still hold, by the days since the closing, with its interval.

import { svg } from '../surface/element.js';
import { h } from './dom.js';
import { decimal, percent, t } from './words.js';

const BOX = { width: 340, height: 196, left: 38, right: 12, top: 12, bottom: 32 };
const TICK_DAYS = 10;
const LEAST_DAYS = 30;
const SHARES = [0, 0.25, 0.5, 0.75, 1];

// `steps`: {days, survival, lower, upper} from day 0 on, in order; `horizon`: the day whose risk is told.
export function survivalCurve(steps, { horizon, risk }) {
  const last = Math.max(LEAST_DAYS, Math.ceil(steps.at(-1).days / TICK_DAYS) * TICK_DAYS);
  const x = (days) => BOX.left + ((BOX.width - BOX.left - BOX.right) * days) / last;
  const y = (share) => BOX.top + (BOX.height - BOX.top - BOX.bottom) * (1 - share);
  const said = t('After {n} days {share} of the closures still hold.', { n: horizon, share: percent(1 - risk.risk, 0) });
  const picture = svg(
    'svg',
    { viewBox: `0 0 ${BOX.width} ${BOX.height}`, class: 'curve', role: 'img', 'aria-label': said },
    ...axes(x, y, last),
    svg('path', { class: 'curve-band', d: band(steps, x, y) }),
    svg('path', { class: 'curve-line', d: stairs(steps, 'survival', x, y) }),
    svg('line', { class: 'curve-mark', x1: x(horizon), x2: x(horizon), y1: y(1), y2: y(0) }),
    svg('circle', { class: 'curve-dot', cx: x(horizon), cy: y(1 - risk.risk), r: 4 }),
  );
  return h('figure', { class: 'curve-figure' }, picture, h('figcaption', {}, said, ' ', h('span', { class: 'band-said' }, h('span', { class: 'band-key', 'aria-hidden': 'true' }), t('95 % interval'))));
}

function axes(x, y, last) {
  const days = Array.from({ length: last / TICK_DAYS + 1 }, (_, i) => i * TICK_DAYS);
  return [
    ...SHARES.flatMap((share) => [
      svg('line', { class: 'curve-grid', x1: x(0), x2: x(last), y1: y(share), y2: y(share) }),
      svg('text', { class: 'curve-tick', x: x(0) - 6, y: y(share) + 4, 'text-anchor': 'end' }, percent(share, 0)),
    ]),
    ...days.map((day) => svg('text', { class: 'curve-tick', x: x(day), y: y(0) + 15, 'text-anchor': 'middle' }, decimal(day, 0))),
    svg('text', { class: 'curve-tick', x: x(last), y: y(0) + 29, 'text-anchor': 'end' }, t('days after the closing')),
  ];
}

const pair = (x, y) => `${x.toFixed(1)} ${y.toFixed(1)}`;

// A line that stays level until the day on which it falls.
function stairs(steps, name, x, y) {
  const rest = steps.slice(1).map((step, i) => `L${pair(x(step.days), y(steps[i][name]))} L${pair(x(step.days), y(step[name]))}`);
  return `M${pair(x(steps[0].days), y(steps[0][name]))} ${rest.join(' ')}`;
}

// The interval: along its upper edge, and back along the lower one.
function band(steps, x, y) {
  const back = [...steps].reverse();
  const rest = back.map((step, i) => {
    const before = back[i + 1] ?? step;
    return `L${pair(x(step.days), y(step.lower))} L${pair(x(step.days), y(before.lower))}`;
  });
  return `${stairs(steps, 'upper', x, y)} ${rest.join(' ')} Z`;
}
