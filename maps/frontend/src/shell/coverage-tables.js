// Tables of the page of coverage: times of day, days on site of the heads, and the rules of patrols, which can be changed.

import { get, put } from './api.js';
import { word } from './choices.js';
import { fill, h } from './dom.js';
import { tableOf } from './facts.js';
import { sign } from './states.js';
import { told, toast } from './toast.js';
import { count, percent, t } from './words.js';

const hours = ([from, to]) => `${String(from).padStart(2, '0')}–${String(to).padStart(2, '0')}`;

export function timesOfDay({ summary, parameters }) {
  const { roads, cells } = summary.by_time_of_day;
  const line = ([name, span]) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, word('times_of_day', name), h('small', { class: 'under' }, hours(span))),
      share(roads[name]),
      share(cells[name]),
    );
  const heads = [t('Hours'), t('Roads'), t('Land')];
  const none = Object.keys(roads).filter((name) => !roads[name] && !cells[name]);
  return h(
    'section',
    {},
    h('h2', {}, t('At which time of day')),
    tableOf(heads, Object.entries(parameters.times_of_day).map(line), 'figures'),
    none.length > 0 && h('p', { class: 'hint' }, t('Nobody patrolled in these hours: {hours}.', { hours: none.map((name) => word('times_of_day', name)).join(' · ') })),
  );
}

const share = (value) =>
  h('td', {}, percent(value, 0), h('span', { class: 'bar-track tinted', 'aria-hidden': 'true', style: { '--w': `${100 * value}%`, '--c-light': 'var(--accent)', '--c-dark': 'var(--accent)' } }));

// Heads of areas: one sign for each week, the number of days beside it.
export function fieldDays(rows) {
  if (!rows.length) return null;
  const weeks = rows[0].weeks.map(({ week }) => week.slice(5));
  const line = ({ area, person, weeks: list }) =>
    h('tr', {}, h('th', { scope: 'row' }, person.name, h('small', { class: 'under' }, area.name)), list.map(weekCell));
  return h(
    'section',
    {},
    h('h2', {}, t('Heads on site')),
    h('div', { class: 'wide-table' }, tableOf([t('Head'), ...weeks], rows.map(line), 'figures weeks')),
    h('p', { class: 'hint' }, t('Days per week inside their own area; one is required. The last week still runs.')),
  );
}

function weekCell({ days, passed, begins }) {
  const said = { true: t('passed'), false: t('missed'), null: t('still open') }[passed];
  const look = { true: ['zones', 'clean'], false: ['zones', 'problem'], null: ['zones', 'unknown'] }[passed];
  const label = t('Week of {day}: {days} days, {verdict}', { day: begins, days, verdict: said });
  return h('td', { title: label, 'data-passed': String(passed) }, sign(...look, label), h('span', {}, count(days)));
}

// ---------------------------------------------------------------- the rules

export function rulesSection() {
  const content = h('div', {});
  const load = async () => {
    const sheet = await told(() => get('/patrol-rules'));
    if (sheet) fill(content, rulesForm(sheet, load));
  };
  const open = (event) => event.target.open && !content.firstChild && load();
  return h('details', { class: 'note', id: 'patrol-rules', ontoggle: open }, h('summary', {}, t('How often must be patrolled?')), content);
}

function rulesForm(sheet, reload) {
  const inputs = sheet.rules.map((rule) => ({ rule, days: number(rule.max_age_days, 1, 366), share: number(rule.min_share * 100, 1, 100) }));
  const save = async (event) => {
    event.preventDefault();
    const rules = inputs.map(({ rule, days, share: part }) => ({ ...rule, max_age_days: Number(days.value), min_share: Number(part.value) / 100 }));
    if (!(await told(() => put('/patrol-rules', { rules }, { 'If-Match': `"${sheet.version}"` })))) return;
    toast(t('The rules are in force.'));
    window.geo.emit('change', { layer: 'patrol-rules' });
    reload();
  };
  const line = ({ rule, days, share: part }) =>
    h('tr', {}, h('th', { scope: 'row' }, ruleName(rule)), h('td', {}, days), h('td', {}, part));
  return h(
    'form',
    { onsubmit: save },
    tableOf([t('Class'), t('Every (days)'), t('Share (%)')], inputs.map(line), 'figures'),
    h('button', { type: 'submit', class: 'btn primary' }, t('Put in force')),
  );
}

function ruleName({ layer, class: name }) {
  if (!name) return layer === 'areas' ? t('Other areas') : t('Other roads');
  return layer === 'areas' ? word('level', name) : word('road_class', name);
}

const number = (value, min, max) =>
  h('input', { type: 'number', class: 'input short', value: String(Math.round(value * 10) / 10), min: String(min), max: String(max), step: 'any', required: true });
