// The page of rebounds: how long closures hold, which places come back again and again, what must be looked at.

import { basis } from './basis.js';
import { fill, find, h, icon } from './dom.js';
import { tableOf } from './facts.js';
import { field, select } from './form.js';
import { dueList } from './look-backs.js';
import { openProblem } from './problem-card.js';
import { choiceSection } from './rebound-choice.js';
import { sign, stateWord } from './states.js';
import { survivalCurve } from './survival-curve.js';
import { figure } from './tiles.js';
import { count, day, decimal, now, percent, t } from './words.js';

const SHOWN = 12;
const DAY_MS = 86_400_000;
const SINCE_DAYS = [30, 90, 365];

export function start() {
  const { geo } = window;
  const views = { holds: h('div', {}), chronic: h('div', { hidden: true }), look_backs: h('div', { hidden: true }) };
  const open = (id) => openProblem(id, { fit: true });
  fill(find('#content'), tabs(views), Object.values(views));
  fill(views.look_backs, dueList({ onopen: open, ondone: () => geo.emit('change', { layer: 'problems' }) }));
  geo.on('data', ({ element, data }) => {
    if (element !== 'rebounds' || !data) return;
    fill(views.holds, holdsView(data, controls()), choiceSection());
    fill(views.chronic, chronicView(data, open));
  });
  geo.on('select', ({ layer, id, properties }) => {
    if (layer === 'rebounds' || layer === 'problems') openProblem(id);
    if (layer === 'chronic') openProblem(properties.last_id);
  });
}

function tabs(views) {
  const names = [['holds', t('Holding')], ['chronic', t('Chronic places')], ['look_backs', t('Look-backs')]];
  const buttons = names.map(([name, title]) =>
    h('button', { type: 'button', role: 'tab', class: 'tab', 'data-tab': name, 'aria-selected': String(name === 'holds'), onclick: () => show(name) }, title),
  );
  const show = (name) => {
    for (const [key, view] of Object.entries(views)) view.hidden = key !== name;
    buttons.forEach((tab) => tab.setAttribute('aria-selected', String(tab.dataset.tab === name)));
  };
  return h('div', { class: 'tabs', role: 'tablist', 'aria-label': t('Show as') }, buttons);
}

function controls() {
  const { geo } = window;
  const start = (days) => new Date(now() - days * DAY_MS).toISOString().slice(0, 10);
  const options = [['', t('all')], ...SINCE_DAYS.map((days) => [start(days), t('the last {n} days', { n: days })])];
  const onchange = (event) => geo.emit('filter', { since: event.target.value || null });
  return field(t('Closures of'), select('since', options, geo.state.get().since, { id: 'since', onchange }));
}

// Also what a saved file shows.
export function reboundsView(data) {
  return [holdsView(data), h('h2', {}, t('Chronic places')), chronicView(data)];
}

function holdsView(data, chooser = null) {
  const { summary } = data;
  if (!summary.closed) return [h('p', { class: 'empty' }, t('No case has been closed by a check yet, so nothing can have come back.')), chooser];
  return [statement(data), numbers(summary), chooser, riskSection(data), basis({ as_of: data.as_of, parameters: shortly(data.parameters) })];
}

const shortly = ({ radius_m, days, along_road_m, never_fixed_days, censored_at_last_inspection: inspected }) => ({
  rebound_radius_m: radius_m === 'by category' ? t('by category') : radius_m,
  rebound_days: days === 'by category' ? t('by category') : days,
  along_road_m,
  never_fixed_days,
  followed: inspected ? t('as long as somebody inspected the place') : t('until now'),
});

const interval = (one) => `${percent(one.lower, 0)} – ${percent(one.upper, 0)}`;

function statement({ summary, curve, parameters }) {
  const risk = summary.risk_30_days;
  if (!risk.enough) return notEnough(risk);
  return [
    h('p', { class: 'statement', id: 'risk' }, h('b', {}, percent(risk.risk, 0)), ' ', t('of what is put right is back within {n} days', { n: parameters.risk_days }), h('small', {}, t('95 % interval {interval}, from {n} closures', { interval: interval(risk), n: count(risk.followed) }))),
    survivalCurve(curve, { horizon: parameters.risk_days, risk }),
    h('p', { class: 'hint', id: 'naive' }, t('Simply divided it would be {share}, which is too low: closures of the last days have had no time to come back.', { share: percent(summary.naive_share, 0) })),
  ];
}

const notEnough = (risk) =>
  h('p', { class: 'notice info', id: 'not-enough' }, icon('alert'), h('span', {}, t('Not enough data'), '. ', t('{n} closures were followed, {least} are needed.', { n: count(risk.followed), least: 20 })));

function numbers(summary) {
  return h(
    'div',
    { class: 'tiles' },
    figure({ title: t('Rebounds'), value: count(summary.rebounds), look: ['rebounds', 'rebound'], note: t('of {n} closures', { n: count(summary.closed) }) }),
    figure({ title: t('Never fixed'), value: count(summary.never_fixed), look: ['rebounds', 'never_fixed'], note: t('back within 2 days') }),
    figure({ title: t('Chronic places'), value: count(summary.chronic), look: ['rebounds', 'chronic'], note: t('2 rebounds in 90 days') }),
    figure({ title: t('Held'), value: count(summary.hold.held), look: ['zones', 'clean'], note: t('{n} in their hold period', { n: count(summary.hold.holding) }) }),
  );
}

// ---------------------------------------------------------------- risk by place and kind

function riskSection({ risk }) {
  const titles = { village: t('Village'), road: t('Road'), category: t('Category') };
  const place = h('div', {});
  const show = (name) => fill(place, riskTable(titles[name], risk[name] || []));
  const choice = select('risk-by', Object.entries(titles), 'village', { id: 'risk-by', onchange: (event) => show(event.target.value) });
  show('village');
  return h('section', {}, h('h2', {}, t('30-day risk')), field(t('By'), choice), place);
}

function riskTable(title, rows) {
  const list = (some) => tableOf([title, t('Closures'), t('Rebounds'), t('Risk (95 %)')], some.map(riskRow), 'figures risks');
  const place = h('div', {}, list(rows.slice(0, SHOWN)));
  const more = h('button', { type: 'button', class: 'btn block', onclick: () => (fill(place, list(rows)), more.remove()) }, t('Show all {n}', { n: count(rows.length) }));
  return rows.length ? [place, rows.length > SHOWN && more] : h('p', { class: 'empty' }, t('Nothing to compare.'));
}

function riskRow(one) {
  const told = one.enough
    ? [h('b', {}, percent(one.risk, 0)), h('small', { class: 'under' }, interval(one)), range(one)]
    : h('span', { class: 'few' }, t('Not enough data'));
  const back = [count(one.rebounds), one.never_fixed > 0 && h('small', { class: 'under' }, t('+ {n} never fixed', { n: one.never_fixed }))];
  return h('tr', { 'data-key': one.key }, h('th', { scope: 'row' }, one.name), h('td', {}, count(one.closed)), h('td', {}, back), h('td', {}, told));
}

// The interval as a bar from 0 to 100 %, with a tick at the risk.
const range = ({ risk, lower, upper }) =>
  h('span', { class: 'range', 'aria-hidden': 'true', style: { '--from': `${100 * lower}%`, '--to': `${100 * (1 - upper)}%`, '--at': `${100 * risk}%` } });

// ---------------------------------------------------------------- chronic places

function chronicView({ chronic, summary }, onopen) {
  if (!chronic.length) return h('p', { class: 'notice ok' }, sign('zones', 'clean'), h('span', {}, t('No place has come back twice within 90 days.')));
  const list = h('ol', { class: 'rows', id: 'chronic-places' }, chronic.slice(0, SHOWN).map((one) => chronicRow(one, onopen)));
  const all = () => (fill(list, chronic.map((one) => chronicRow(one, onopen))), more.remove());
  const more = h('button', { type: 'button', class: 'btn block', onclick: all }, t('Show all {n}', { n: count(chronic.length) }));
  const said = t('{n} places have come back at least twice within 90 days. Putting them right once more will not do: look for the cause.', { n: count(summary.chronic) });
  return [h('p', { class: 'hint' }, said), list, chronic.length > SHOWN && more];
}

function chronicRow(one, onopen) {
  const sub = [one.road || one.village, stateWord(one.last_state), t('last {day}', { day: day(one.last_found_at) })];
  const open = () => (onopen ? onopen(one.last_id) : window.geo.fit([one.spot, one.spot]));
  return h(
    'li',
    {},
    h(
      'button',
      { type: 'button', class: 'row', 'data-id': one.last_id, onclick: open },
      sign('rebounds', 'chronic'),
      h('span', { class: 'row-text' }, h('b', {}, one.category_name), h('small', {}, sub.filter(Boolean).join(' · '))),
      h('span', { class: 'quantity' }, h('b', {}, t('{n} ×', { n: decimal(one.in_90_days, 0) })), h('small', {}, t('in 90 days'))),
    ),
  );
}
