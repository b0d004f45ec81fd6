// A burn-down: what was open day by day, the straight line to nothing, what the last days make likely, the deadline.

import { svg } from '../surface/element.js';
import { h } from './dom.js';
import { count, t } from './words.js';

const HEIGHT = 300;
const EDGE = { left: 44, right: 18, top: 26, bottom: 34 };
const LEAST_WIDTH = 300;
const DAY_MS = 86_400_000;
const DAY_PX = 56; // between two dates below
const Y_STEPS = 4;

// `course` as the service tells it (start, days, fan); `begin` and `end`: days; `width`: pixels.
export function burnDown(course, { begin, end, width }) {
  const scale = scaleOf(course, { begin, end, width: Math.max(LEAST_WIDTH, width) });
  const said = summary(course, end);
  const picture = svg(
    'svg',
    { viewBox: `0 0 ${scale.width} ${HEIGHT}`, class: 'curve burn-down', role: 'img', 'aria-label': said },
    ...axes(scale),
    ...forecast(course, scale),
    svg('path', { class: 'burn-ideal', d: `M${scale.at(0, course.start)} L${scale.at(scale.days, 0)}` }),
    ...deadline(scale),
    svg('path', { class: 'curve-line', d: line(openOf(course), scale) }),
    ...now(course, scale),
  );
  return h('figure', { class: 'curve-figure burn-figure' }, picture, h('figcaption', {}, h('p', {}, said), keys(course)), numbers(course));
}

// Day 0 is the moment at which the campaign begins; day n the end of its n-th day.
function scaleOf(course, { begin, end, width }) {
  const days = numberOf(end, begin);
  const most = Math.max(1, course.start, ...course.days.map((one) => one.open), ...course.fan.map((one) => one.p90));
  const step = niceStep(most / Y_STEPS);
  const top = Math.ceil(most / step) * step;
  const x = (day) => EDGE.left + ((width - EDGE.left - EDGE.right) * day) / days;
  const y = (open) => EDGE.top + (HEIGHT - EDGE.top - EDGE.bottom) * (1 - open / top);
  const at = (day, open) => `${x(day).toFixed(1)} ${y(open).toFixed(1)}`;
  return { days, step, top, width, x, y, at, number: (day) => numberOf(day, begin), begin };
}

const numberOf = (day, begin) => Math.round((Date.parse(day) - Date.parse(begin)) / DAY_MS) + 1;

function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return [1, 2, 5, 10].map((n) => n * power).find((step) => step >= least);
}

const openOf = ({ start, days }) => [start, ...days.map((one) => one.open)];

const line = (values, { at }) => values.map((open, day) => `${day ? 'L' : 'M'}${at(day, open)}`).join(' ');

function axes({ days, step, top, x, y, width, begin }) {
  const levels = Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step);
  const apart = [1, 2, 7, 14, 28, 56, 91, 182].find((n) => x(n) - x(0) >= DAY_PX) || 364;
  const dates = Array.from({ length: Math.floor((days - 1) / apart) + 1 }, (_, i) => 1 + i * apart);
  return [
    ...levels.flatMap((open) => [
      svg('line', { class: 'curve-grid', x1: x(0), x2: width - EDGE.right, y1: y(open), y2: y(open) }),
      svg('text', { class: 'curve-tick', x: x(0) - 7, y: y(open) + 4, 'text-anchor': 'end' }, count(open)),
    ]),
    ...dates.flatMap((day) => [
      svg('line', { class: 'curve-grid', x1: x(day), x2: x(day), y1: y(0), y2: y(0) + 4 }),
      svg('text', { class: 'curve-tick', x: x(day), y: y(0) + 18, 'text-anchor': 'middle' }, dateOf(day, begin)),
    ]),
  ];
}

// The date of day n: 12-03.
const dateOf = (day, begin) => new Date(Date.parse(begin) + (day - 1) * DAY_MS).toISOString().slice(5, 10);

function forecast({ days, start, fan }, { at, number }) {
  if (!fan.length) return [];
  const from = at(days.length, days.at(-1)?.open ?? start);
  const along = (name, rows) => rows.map((one) => `L${at(number(one.day), one[name])}`).join(' ');
  return [
    svg('path', { class: 'curve-band', d: `M${from} ${along('p90', fan)} ${along('p10', [...fan].reverse())} Z` }),
    svg('path', { class: 'burn-likely', d: `M${from} ${along('p50', fan)}` }),
  ];
}

function deadline({ x, y, top, days }) {
  return [
    svg('line', { class: 'burn-deadline', x1: x(days), x2: x(days), y1: EDGE.top - 6, y2: y(0) }),
    svg('text', { class: 'curve-tick burn-deadline-word', x: x(days), y: y(top) - 12, 'text-anchor': 'end' }, t('The last day')),
  ];
}

function now({ days, start }, { x, y }) {
  const open = days.at(-1)?.open ?? start;
  return [
    svg('circle', { class: 'curve-dot', cx: x(days.length), cy: y(open), r: 4.5 }),
    svg('text', { class: 'burn-now', x: x(days.length) + (days.length > 2 ? -9 : 9), y: Math.max(y(open) - 9, 12), 'text-anchor': days.length > 2 ? 'end' : 'start' }, count(open)),
  ];
}

function summary({ start, days, fan }, end) {
  const open = days.at(-1)?.open ?? start;
  const first = t('{start} open at the begin, {open} now.', { start: count(start), open: count(open) });
  const last = fan.at(-1);
  if (!last || last.day !== end) return first;
  return `${first} ${t('At the pace of the last days {low} to {high} are left at the deadline.', { low: count(last.p10), high: count(last.p90) })}`;
}

function keys({ fan }) {
  const key = (name, title) => h('span', { class: 'burn-key' }, h('span', { class: `burn-sign ${name}`, 'aria-hidden': 'true' }), title);
  return h(
    'p',
    { class: 'burn-keys' },
    key('open', t('Open')),
    key('ideal', t('Straight to nothing')),
    fan.length > 0 && key('likely', t('Likely')),
    fan.length > 0 && key('band', t('8 of 10 futures')),
  );
}

// The same in numbers.
function numbers({ days, fan }) {
  if (!days.length) return null;
  const heads = [t('Day'), t('New'), t('Rebounds'), t('Closed'), t('Net'), t('Open')];
  const signed = (n) => (n > 0 ? `+${count(n)}` : count(n));
  const past = days.map((one) => [one.day, count(one.new), count(one.rebounds), count(one.closed), signed(one.net), count(one.open)]);
  const ahead = fan.map((one) => [one.day, `${count(one.p10)} – ${count(one.p90)}`, count(one.p50)]);
  return h(
    'details',
    { class: 'note burn-numbers', 'data-fold': 'numbers' },
    h('summary', {}, t('The numbers as a table')),
    h('div', { class: 'burn-tables' }, tableOf(t('Up to now'), heads, past), fan.length > 0 && tableOf(t('Forecast of what is open'), [t('Day'), t('8 of 10 futures'), t('Likely')], ahead)),
  );
}

const tableOf = (title, heads, rows) =>
  h(
    'div',
    { class: 'scroll-x', tabindex: '0', role: 'region', 'aria-label': title },
    h(
      'table',
      { class: 'table figures' },
      h('caption', {}, title),
      h('thead', {}, h('tr', {}, heads.map((one) => h('th', { scope: 'col' }, one)))),
      h('tbody', {}, rows.map(([day, ...rest]) => h('tr', {}, h('th', { scope: 'row' }, day), rest.map((one) => h('td', {}, one))))),
    ),
  );
