// The indicators of a period: the whole town in figures, a line for each unit, the cases behind every number.

import { allIndicators } from './all-indicators.js';
import { address, get, newest } from './api.js';
import { change, changes, difference } from './compared.js';
import { fill, find, findAll, h, icon } from './dom.js';
import { field, input, select } from './form.js';
import { row as problemRow } from './problem-list.js';
import { requestList } from './request-list.js';
import { figure } from './tiles.js';
import { told } from './toast.js';
import { count, decimal, now, percent, t } from './words.js';

const DAY_MS = 86_400_000;
const units = () => [
  ['area', t('By village')],
  ['person', t('By responsible person')],
  ['finder', t('By finder')],
  ['department', t('By department')],
  ['category', t('By kind')],
  ['source', t('By source')],
];
// The columns of the table: a count, or a rate with the count that its cases are.
const COLUMNS = [
  { count: 'reported' },
  { count: 'should_close' },
  { rate: 'close_rate', count: 'closed' },
  { rate: 'close_on_time_rate', count: 'closed_on_time' },
  { rate: 'handle_on_time_rate', count: 'handled_on_time' },
  { rate: 'rework_rate', count: 'reworked' },
  { count: 'overdue_unhandled' },
  { count: 'rebound' },
];
const casesOf = newest((query) => get('/analysis/scores/cases', query));
const FIGURES = ['close_rate', 'close_on_time_rate', 'rework_rate', 'own_rate'];

export function start() {
  new Dashboard(find('#content')).begin();
}

// A day in the town, so many days from now.
const day = (days = 0) =>
  new Date(now() + days * DAY_MS).toLocaleDateString('sv-SE', { timeZone: 'Asia/Shanghai' });

class Dashboard {
  constructor(place) {
    const { from, to, by } = window.geo.state.get();
    this.asked = { from: from || day(-30), to: to || day(1), by: by || 'area' };
    this.scores = newest(() => get('/analysis/scores', this.asked)); // a long period answers after a short one
    this.result = h('div', { 'aria-live': 'polite' });
    this.cases = h('section', { id: 'cases' });
    fill(place, requestList(), this.controls(), this.result, this.cases);
  }

  begin() {
    this.load();
    window.geo.on('change', ({ layer }) => layer === 'problems' && this.renew());
  }

  controls() {
    const change = (name) => (event) => this.choose({ [name]: event.target.value });
    const from = input('from', this.asked.from, { type: 'date', onchange: change('from') });
    const to = input('to', this.asked.to, { type: 'date', onchange: change('to') });
    const by = select('by', units(), this.asked.by, { onchange: change('by') });
    return h(
      'form',
      { class: 'card period', onsubmit: (event) => event.preventDefault() },
      field(t('From'), from),
      field(t('Until (not included)'), to),
      field(t('Lines'), by),
    );
  }

  choose(changes) {
    Object.assign(this.asked, changes);
    window.geo.state.set(changes);
    fill(this.cases);
    this.load();
  }

  async load() {
    const found = await told(() => this.scores());
    if (found) this.show(found);
  }

  // Something has changed: other numbers in the same place; the cases that somebody reads stay.
  async renew() {
    const found = await this.scores().catch(() => null);
    if (found) this.show(found);
  }

  show(found) {
    this.found = found;
    this.titles = Object.fromEntries([...found.counts, ...found.rates].map((one) => [one.key, one.title]));
    const unfolded = findAll('details', this.result).map((one) => one.open);
    const show = (count) => this.showCases({ ...this.asked, count: count.key, unit: '' }, count.title);
    fill(this.result, this.figures(), this.table(), allIndicators(found, show), definitions(found, this.titles));
    findAll('details', this.result).forEach((one, i) => (one.open = Boolean(unfolded[i])));
  }

  figures() {
    const { rates, score } = this.found.total;
    const shown = FIGURES.map((key) =>
      figure({ title: this.titles[key], value: said(rates[key]), below: this.against((one) => one.rates[key], 'rate', key) }),
    );
    return h(
      'div',
      { class: 'tiles five' },
      figure({ title: t('Composite score'), value: points(score), below: this.against((one) => one.score, 'score') }),
      shown,
    );
  }

  // A number of the whole town beside the period before and a year ago.
  against(of, kind, key) {
    const { total, previous, last_year } = this.found;
    const isMoreBetter = this.found.rates.find((rate) => rate.key === key)?.more_is_better ?? true;
    const beside = (then) => then && difference(of(total), of(then), kind, isMoreBetter);
    return changes(beside(previous), beside(last_year));
  }

  table() {
    const heads = [t('Unit judged'), ...COLUMNS.map((column) => this.titles[column.rate || column.count])];
    const rows = [this.found.total, ...this.found.lines].map((line, i) => this.line(line, i === 0));
    const head = [...heads, t('Score'), t('Change of the score')].map((title) => h('th', { scope: 'col' }, title));
    return h(
      'div',
      { class: 'card wide-table', tabindex: '0', role: 'region', 'aria-label': t('Indicators by unit') },
      h('table', { class: 'table numbers' }, h('thead', {}, h('tr', {}, head)), h('tbody', {}, rows)),
      h('p', { class: 'buttons' }, this.download()),
    );
  }

  line(line, whole) {
    const cells = COLUMNS.map((column) => h('td', {}, this.cell(line, column, whole)));
    const score = h('td', {}, h('b', {}, points(line.score)));
    const changed = h('td', {}, change(difference(line.score, line.previous_score, 'score')));
    return h('tr', { class: whole ? 'whole' : '' }, h('th', { scope: 'row' }, line.name), cells, score, changed);
  }

  cell(line, column, whole) {
    const n = line.counts[column.count];
    const text = column.rate ? said(line.rates[column.rate]) : count(n);
    if (!n) return h('span', { class: 'muted' }, text);
    const title = `${line.name} · ${this.titles[column.count]}: ${count(n)}`;
    const show = () => this.showCases({ ...this.asked, count: column.count, unit: whole ? '' : line.key }, title);
    return h('button', { type: 'button', class: 'link', title, onclick: show }, text);
  }

  async showCases(query, title) {
    const found = await told(() => casesOf(query));
    if (!found) return;
    const open = ({ properties }) => location.assign(`/maps/open-problems?id=${properties.id}`);
    const more = found.numberMatched > found.features.length;
    fill(
      this.cases,
      h('h2', { tabindex: '-1' }, title),
      h(
        'ul',
        { class: 'rows card' },
        found.features.map((feature) => problemRow(feature, open)),
      ),
      more && h('p', { class: 'muted' }, t('Only the first {n} are shown.', { n: count(found.features.length) })),
    );
    find('h2', this.cases).focus();
    this.cases.scrollIntoView({ behavior: 'smooth', block: 'start' });
  }

  download() {
    const href = address('/analysis/scores.csv', this.asked);
    return h('a', { class: 'btn quiet', href, download: '' }, icon('download'), h('span', {}, t('Save as CSV')));
  }
}

const points = (score) => (score === null ? '—' : decimal(score, 1));

const said = (rate) => (rate === null || rate === undefined ? '—' : percent(rate));

function definitions({ rates, parameters }, titles) {
  const lines = rates.map(({ title, over, of }) => [
    h('dt', {}, title),
    h('dd', {}, t('{over} ÷ {of}', { over: titles[over], of: titles[of] })),
  ]);
  const { weights } = parameters;
  const score = t(
    'Composite score = {a} × closed in time + {b} × closed + {c} × (1 − returned for rework) + {d} − {e} for each case under supervision − {f} for each supervision not answered.',
    {
      a: weights.closed_on_time,
      b: weights.closed,
      c: weights.rework,
      d: weights.supervision,
      e: weights.per_supervision,
      f: weights.per_unanswered,
    },
  );
  return h(
    'details',
    { class: 'note' },
    h('summary', {}, t('How the indicators are defined')),
    h('p', {}, t('A stage is judged in the period in which it ends or falls due, whichever comes first.')),
    h('dl', { class: 'facts' }, lines),
    h('p', {}, score),
  );
}
