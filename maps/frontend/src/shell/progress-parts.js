// The parts of the page of a campaign's progress: its head, its figures, its targets, words for a status.

import { fill, h, icon } from './dom.js';
import { field, select } from './form.js';
import { figure } from './tiles.js';
import { area, count, decimal, percent, t } from './words.js';

const SIGNS = { late: 'alert', at_risk: 'clock', unknown: 'help', on_track: 'check' };

// A status in a word, a sign and a colour.
export const statusTag = (found, key, title) =>
  h('span', { class: 'status', 'data-status': key }, icon(SIGNS[key]), title || found.statuses.find((one) => one.key === key).title);

export const rate = (value) => (value === null ? '—' : decimal(value, 1));
export const chance = (value) => (value === null ? '—' : percent(value, 0));

// "12-05 – 12-20": when 10 and 90 % of the futures are done.
export function finish({ finish: { p10, p90 }, open }) {
  if (!open) return t('done');
  if (!p10 && !p90) return '—';
  const short = (day) => (day ? day.slice(5) : t('later'));
  return p10 === p90 ? short(p10) : `${short(p10)} – ${short(p90)}`;
}

// The head: which campaign, on which day of how many, in which phase.
export function head(found, onchoose) {
  const { campaign } = found;
  return h(
    'header',
    { class: 'hero campaign-head' },
    h('h1', {}, campaign.name),
    h('p', { class: 'campaign-of' }, [campaign.document, campaign.programme].filter(Boolean).join(' · ')),
    h('p', { class: 'campaign-day' }, h('b', {}, dayOf(found)), ' ', h('span', {}, leftOf(found))),
    h('p', { class: 'campaign-days muted' }, `${found.begin} – ${found.end}`, found.phases.length > 0 && !found.phase && ` · ${phaseNow(found)}`),
    choices(found, onchoose),
  );
}

function dayOf({ state, day, days, begin }) {
  if (state === 'coming') return t('Begins on {day}', { day: begin });
  return state === 'over' ? t('Over after {n} days', { n: days }) : t('Day {day} of {days}', { day, days });
}

function leftOf({ state, days_left: left, calendar_days_left: calendar }) {
  if (state === 'over') return '';
  return t('{left} working days left ({calendar} calendar days)', { left, calendar });
}

function phaseNow({ phases }) {
  const running = phases.find((one) => one.state === 'running');
  return running ? t('Phase {number}: {name}', running) : t('between two phases');
}

function choices({ campaign, campaigns, phases, phase, by }, onchoose) {
  const units = [['area', t('By village')], ['person', t('By responsible person')], ['department', t('By department')], ['category', t('By kind')]];
  const parts = [['0', t('The whole campaign')], ...phases.map((one) => [String(one.number), t('Phase {number}: {name}', one)])];
  const pick = (name, options, chosen, change) => select(name, options, chosen, { onchange: (event) => onchoose(change(event.target.value)) });
  return h(
    'form',
    { class: 'card period', onsubmit: (event) => event.preventDefault() },
    campaigns.length > 1 && field(t('Campaign'), pick('campaign', campaigns.map((one) => [one.code, one.name]), campaign.code, (code) => ({ campaign: code, phase: null, unit: null }))),
    phases.length > 0 && field(t('Phase'), pick('phase', parts, String(phase), (n) => ({ phase: n === '0' ? null : n, unit: null }))),
    field(t('Lines'), pick('by', units, by, (value) => ({ by: value, unit: null }))),
  );
}

// The figures of the whole.
export function figures({ total, baseline_at: baseline }) {
  const signed = (n) => (n > 0 ? `+${count(n)}` : count(n));
  const shown = [
    { title: t('Open'), value: count(total.open) },
    { title: t('Baseline'), value: count(total.baseline), note: t('open as {day} began', { day: baseline }) },
    { title: t('New'), value: count(total.new) },
    { title: t('Rebounds'), value: count(total.rebounds) },
    { title: t('Closed'), value: count(total.closed) },
    { title: t('Net'), value: signed(total.net), note: total.struck_off > 0 && t('and {n} struck off as no problem', { n: count(total.struck_off) }) },
  ];
  return h('div', { class: 'tiles five campaign-figures' }, shown.map(figure));
}

// What must be done a day, what is done, how likely that suffices.
export function pace(found, line) {
  return h(
    'dl',
    { class: 'pace' },
    pair(t('Status'), statusTag(found, line.status)),
    pair(t('Needed a working day'), h('b', {}, rate(line.required_per_day))),
    pair(t('Done a working day (last 7 days)'), h('b', {}, rate(line.done_per_day))),
    pair(t('Chance to be done in time'), h('b', {}, chance(line.chance))),
    pair(t('Done between'), h('b', {}, finish(line))),
  );
}

const pair = (title, value) => h('div', {}, h('dt', {}, title), h('dd', {}, value));

// Each phase in a line.
export function phases(found, onchoose) {
  if (!found.phases.length) return null;
  const states = { coming: t('still to come'), running: t('running'), over: t('over') };
  const row = (one) =>
    h(
      'li',
      { class: 'phase', 'data-state': one.state },
      h('button', { type: 'button', class: 'link', 'aria-pressed': String(found.phase === one.number), onclick: () => onchoose({ phase: found.phase === one.number ? null : one.number, unit: null }) }, t('Phase {number}: {name}', one)),
      h('small', {}, `${one.begin} – ${one.end} · ${states[one.state]}`),
      h('span', {}, t('{n} open', { n: count(one.line.open) })),
      one.state === 'coming' ? h('span', {}) : statusTag(found, one.line.status),
    );
  return h('section', { class: 'card phases' }, h('h2', {}, t('Phases')), h('ul', {}, found.phases.map(row)));
}

// Each target with its bar: what is reached, and a mark at the aim.
export function targets(found) {
  if (!found.targets.length) return null;
  return h('section', { class: 'card targets' }, h('h2', {}, t('Targets')), h('ul', {}, found.targets.map((one) => target(found, one))));
}

function target(found, one) {
  const amount = one.what === 'parcel_area' ? area : count;
  const reached = one.reached === null ? '—' : percent(one.reached, 0);
  const said = one.whole ? t('{done} of {whole}', { done: amount(one.done), whole: amount(one.whole) }) : t('nothing to count yet');
  const isReached = one.reached !== null && one.reached >= one.aim;
  return h(
    'li',
    { class: 'target', 'data-status': one.status },
    h('div', { class: 'target-head' }, h('b', {}, one.name), statusTag(found, one.status, isReached && t('Reached'))),
    h('div', { class: 'target-track', role: 'img', 'aria-label': t('{reached} reached, {aim} aimed at', { reached, aim: percent(one.aim, 0) }), style: { '--w': `${(one.reached || 0) * 100}%`, '--aim': `${one.aim * 100}%` } }),
    h('p', { class: 'target-said' }, h('b', {}, reached), ' ', h('span', {}, said)),
    h('p', { class: 'target-said muted' }, t('Aim {aim} by {day}', { aim: percent(one.aim, 0), day: one.by }), ' · ', one.days_left ? t('{n} working days left', { n: one.days_left }) : t('its time is over')),
  );
}

// Where there is nothing to show.
export function empty(place) {
  const mayEdit = window.geo.page.me?.roles.includes('administrator');
  fill(
    place,
    h('h1', {}, t('Progress')),
    h(
      'section',
      { class: 'card empty-campaign' },
      icon('flag'),
      h('h2', {}, t('There is no campaign yet')),
      h('p', { class: 'muted' }, t('A campaign with its days, phases and targets shows here what is left and what each day must bring.')),
      mayEdit ? h('a', { class: 'btn primary', href: '/admin/campaigns' }, t('Set up a campaign')) : h('p', {}, t('An administrator can set one up.')),
    ),
  );
}
