// A year as twelve months; every day is a button that says what it is. Arrow keys go from day to day.

import { h, icon } from './dom.js';
import { t } from './words.js';

const DAY_MS = 86_400_000;
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const MARKS = { holiday: () => t('off'), workday: () => t('on') };

const utc = (year, month, date) => new Date(Date.UTC(year, month, date));
const iso = (moment) => moment.toISOString().slice(0, 10);
const mondayFirst = (moment) => (moment.getUTCDay() + 6) % 7;
const named = (moment, form) =>
  new Intl.DateTimeFormat(window.geo.page.lang === 'zh' ? 'zh-CN' : 'en', {
    timeZone: 'UTC',
    ...form,
  }).format(moment);

// `open(year)`, `pick(iso)`, `announce()` are called by what is pressed.
export function yearView(calendar, { open, pick, announce }) {
  const entries = new Map(calendar.days.map((entry) => [entry.day, entry]));
  const months = Array.from({ length: 12 }, (_, month) => monthTable(calendar, month, entries, pick));
  return [
    yearHead(calendar, open),
    yearNote(calendar, announce),
    legend(),
    h('div', { class: 'months' }, months),
  ];
}

function yearHead({ year }, open) {
  const turn = (by, drawing, label) =>
    h(
      'button',
      { type: 'button', class: 'btn icon-only', 'aria-label': label, onclick: () => open(year + by) },
      icon(drawing),
    );
  return h(
    'div',
    { class: 'year-head' },
    turn(-1, 'back', t('Year before')),
    h('h2', { class: 'year-title' }, t('Year {year}', { year })),
    turn(1, 'next', t('Year after')),
  );
}

function yearNote({ announced, days }, announce) {
  if (announced) return null;
  const text = days.length
    ? t('The holidays of this year are not announced yet: only the days of the law are entered, without make-up days. Deadlines that end in it are provisional.')
    : t('No holidays are entered for this year: it follows the week alone.');
  const button = h('button', { type: 'button', class: 'btn small', onclick: announce }, t('It is announced and entered'));
  return h('p', { class: 'notice warn' }, icon('flag'), h('span', {}, text), days.length > 0 && button);
}

const legend = () =>
  h(
    'ul',
    { class: 'day-legend' },
    h('li', {}, h('i', { class: 'day holiday', 'aria-hidden': 'true' }, MARKS.holiday()), t('Holiday')),
    h('li', {}, h('i', { class: 'day workday', 'aria-hidden': 'true' }, MARKS.workday()), t('Make-up working day')),
    h('li', {}, h('i', { class: 'day rest', 'aria-hidden': 'true' }), t('Weekend')),
  );

function monthTable(calendar, month, entries, pick) {
  const first = utc(calendar.year, month, 1);
  const length = utc(calendar.year, month + 1, 0).getUTCDate();
  const days = Array.from({ length }, (_, n) => utc(calendar.year, month, n + 1));
  const cells = days.map((moment, n) => h('td', {}, dayButton(moment, n === 0, calendar, entries, pick)));
  const blank = Array.from({ length: mondayFirst(first) }, () => h('td'));
  const heads = Array.from({ length: 7 }, (_, n) =>
    h('th', { scope: 'col', abbr: named(utc(2024, 0, n + 1), { weekday: 'long' }) }, named(utc(2024, 0, n + 1), { weekday: 'narrow' })),
  );
  return h(
    'table',
    { class: 'month', onkeydown: walk },
    h('caption', {}, h('span', {}, named(first, { month: 'long' }))),
    h('thead', {}, h('tr', {}, heads)),
    h('tbody', {}, weeks([...blank, ...cells]).map((week) => h('tr', {}, week))),
  );
}

function weeks(cells) {
  const rows = [];
  for (let at = 0; at < cells.length; at += 7) rows.push(cells.slice(at, at + 7));
  return rows;
}

// Only the first day of a month is a stop of the tab key; from there the arrows lead on.
function dayButton(moment, first, calendar, entries, pick) {
  const key = iso(moment);
  const entry = entries.get(key);
  const rest = !calendar.weekdays.includes(mondayFirst(moment));
  const kind = entry?.kind || (rest ? 'rest' : 'work');
  const said = [named(moment, { month: 'long', day: 'numeric', weekday: 'long' }), kindWord(kind), entry?.title];
  return h(
    'button',
    {
      type: 'button',
      class: `day ${kind}${entry?.provisional ? ' provisional' : ''}`,
      'data-day': key,
      'aria-label': said.filter(Boolean).join(', '),
      title: entry?.title || false,
      tabindex: first ? '0' : '-1',
      onclick: () => pick(key),
    },
    String(moment.getUTCDate()),
    MARKS[kind] && h('small', { 'aria-hidden': 'true' }, MARKS[kind]()),
  );
}

export function kindWord(kind) {
  const words = {
    holiday: t('Holiday'),
    workday: t('Make-up working day'),
    rest: t('Weekend'),
    work: t('Working day'),
  };
  return words[kind];
}

function walk(event) {
  const by = STEPS[event.key];
  const from = event.target.dataset.day;
  if (!by || !from) return;
  const to = iso(new Date(Date.parse(from) + by * DAY_MS));
  const next = event.currentTarget.parentElement.querySelector(`[data-day="${to}"]`);
  if (!next) return;
  event.preventDefault();
  next.focus();
}

export const weekdayName = (number) => named(utc(2024, 0, number + 1), { weekday: 'short' });
export const dayName = (key) =>
  named(new Date(Date.parse(key)), { year: 'numeric', month: 'long', day: 'numeric', weekday: 'long' });
