// The picture of a report for a group chat, 1080 pixels wide, drawn here so that the device's own Chinese font is used.
// It is always light: it is read on other people's screens.

import { Sheet, INK } from './bulletin-sheet.js';
import { h } from './dom.js';
import { count, percent, t, time } from './words.js';

const MOST = 8;

// A canvas with the report of the town, or of one person; `map` is the service's picture of the open problems, if any.
export function pictureOf(found, map) {
  const title = found.title || t('Daily report');
  const parts = found.figures ? townParts(found) : personParts(found);
  const draw = (sheet) => {
    sheet.head(found.town, title, found.person_name ? `${found.person_name} · ${found.on}` : found.period);
    parts.forEach((part) => part(sheet));
    if (map) sheet.image(map);
    sheet.foot(t('As of {time}', { time: time(found.as_of) }));
  };
  const measure = new Sheet(h('canvas'), 1);
  draw(measure);
  const canvas = h('canvas', { class: 'picture', id: 'picture', role: 'img', 'aria-label': `${found.town} ${title} ${found.on}` });
  draw(new Sheet(canvas, measure.y));
  return canvas;
}

// ------------------------------------------------------------ the town

function townParts(found) {
  const figures = Object.fromEntries(found.figures.map((one) => [one.key, one]));
  const one = (key, colour) => ({ title: figures[key].title, value: count(figures[key].value), note: change(figures[key]), colour });
  return [
    (sheet) => sheet.figures([one('reported'), one('closed', INK.good), one('open'), one('overdue', INK.bad)]),
    (sheet) => sheet.figures([one('closed_on_time', INK.good), one('returned'), one('rebounds', INK.warn)], true),
    found.villages.length > 0 && ((sheet) => sheet.bars(t('Villages with most open problems'), villageBars(found.villages), villageKey())),
    found.categories.length > 0 && ((sheet) => sheet.bars(t('Most frequent kinds of new problems'), kindBars(found.categories))),
    found.overdue.length > 0 && ((sheet) => sheet.lines(t('Overdue for longest'), found.overdue.map(lateLine))),
    found.praised.length > 0 && ((sheet) => sheet.lines(t('Praise'), found.praised.map(praiseLine))),
  ].filter(Boolean);
}

function change({ previous, change: share }) {
  const before = t('before: {previous}', { previous: count(previous) });
  if (!share) return before;
  return `${before}  ${share > 0 ? '▲' : '▼'} ${percent(Math.abs(share), 0)}`;
}

const villageBars = (villages) =>
  villages.slice(0, MOST).map(({ name, open, overdue }) => ({ title: name, value: open, part: overdue }));

const villageKey = () => [
  [INK.main, t('Open')],
  [INK.bad, t('Overdue')],
];

const kindBars = (kinds) => kinds.map(({ name, value }) => ({ title: name, value, part: 0 }));

const days = (late) => (late ? t('{days} days late', { days: late }) : t('less than a day late'));

const lateLine = (one) => ({
  title: `${one.place} ${one.category_name}`,
  note: [one.code, one.person_name].filter(Boolean).join(' · '),
  end: one.late_days === null ? '' : days(one.late_days),
  colour: INK.bad,
});

const praiseLine = ({ name, closed }) => ({
  title: name,
  note: '',
  end: t('{n} closed, none overdue', { n: count(closed) }),
  colour: INK.good,
});

// ------------------------------------------------------------ one person

const FIRST = ['new', 'open', 'overdue', 'due_tomorrow'];
const SECOND = ['returned', 'look_backs', 'rebounds', 'closed'];
const COLOURS = { overdue: INK.bad, returned: INK.warn, closed: INK.good };

function personParts({ person_name, counts, sections, look_backs }) {
  const own = (line) => (one) => line({ ...one, person_name: one.person_name === person_name ? '' : one.person_name });
  const known = Object.fromEntries(counts.map((one) => [one.key, one]));
  const figure = (key) => ({ title: known[key].title, value: count(known[key].value), note: '', colour: COLOURS[key] });
  const named = (key, rows, line) =>
    rows.length > 0 && ((sheet) => sheet.lines(`${known[key].title} ${count(rows.length)}`, rows.slice(0, MOST).map(own(line))));
  return [
    (sheet) => sheet.figures(FIRST.map(figure)),
    (sheet) => sheet.figures(SECOND.map(figure), true),
    named('overdue', sections.overdue, lateLine),
    named('returned', sections.returned, plainLine),
    named('due_tomorrow', sections.due_tomorrow, dueLine),
    named('look_backs', look_backs, lookLine),
    named('new', sections.new, plainLine),
  ].filter(Boolean);
}

const plainLine = (one) => ({ ...lateLine(one), end: '', colour: INK.main });
const dueLine = (one) => ({ ...plainLine(one), end: time(one.due_at).slice(5) });
const lookLine = (one) => ({ ...plainLine(one), end: time(one.look_at).slice(5) });
