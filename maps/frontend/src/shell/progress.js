// How a campaign goes on: the whole, the burn-down, the units worst first, each with its quota and its next cases.

import { burnDown } from './burn-down.js';
import { get, newest } from './api.js';
import { fill, find, findAll, h, icon } from './dom.js';
import { row as problemRow } from './problem-list.js';
import { chance, empty, figures, finish, head, pace, phases, rate, statusTag, targets } from './progress-parts.js';
import { told } from './toast.js';
import { count, t } from './words.js';

const ASKED = ['campaign', 'phase', 'by', 'unit', 'as_of'];
const FILTERS = { area: 'area', person: 'assignee', category: 'category' }; // of the page of problems, by unit
const SHOWN_DAYS = 10; // of the quota, before the rest is unfolded

export function start() {
  new Progress(find('#content')).load();
}

class Progress {
  constructor(place) {
    this.place = place;
    this.read();
    this.answer = newest(() => get('/analysis/progress', this.asked));
    window.geo.on('change', ({ layer }) => layer === 'problems' && this.load({ quietly: true }));
    window.addEventListener('popstate', () => (this.read(), this.load()));
    new ResizeObserver(() => this.draw()).observe(place);
  }

  // What the address asks for.
  read() {
    const said = window.geo.state.get();
    this.asked = Object.fromEntries(ASKED.filter((name) => said[name]).map((name) => [name, said[name]]));
  }

  async load({ quietly = false } = {}) {
    const found = quietly ? await this.answer().catch(() => null) : await told(this.answer);
    if (!found) return;
    if (!found.campaign) empty(this.place);
    else this.show(found);
  }

  async choose(changes, focus = '') {
    Object.assign(this.asked, changes);
    window.geo.state.set(changes);
    await this.load();
    if (focus) find(focus)?.focus();
    if (focus) find(focus)?.scrollIntoView({ behavior: 'smooth', block: 'start' });
  }

  show(found) {
    this.found = found;
    const onchoose = (changes) => this.choose(changes);
    const before = kept(this.place);
    this.chart = h('div', { class: 'burn-place' });
    fill(
      this.place,
      head(found, onchoose),
      figures(found),
      h('div', { class: 'campaign-grid' }, this.course(), h('div', { class: 'campaign-side' }, phases(found, onchoose), targets(found))),
      this.units(),
      how(found),
    );
    this.drawn = 0;
    this.draw();
    before();
  }

  // As wide as there is room, so that its letters keep their size.
  draw() {
    const width = Math.round(this.chart?.clientWidth || 0);
    if (!width || width === this.drawn) return;
    this.drawn = width;
    const { begin, end, course } = this.found;
    fill(this.chart, burnDown(course, { begin, end, width }));
  }

  // The burn-down of the whole or of the chosen unit, its quota and its next cases.
  course() {
    const { course, unit } = this.found;
    const back = unit && h('button', { type: 'button', class: 'btn small quiet', onclick: () => this.choose({ unit: null }, '#course') }, icon('undo'), t('Back to the whole town'));
    return h(
      'section',
      { class: 'card course' },
      h('div', { class: 'course-head' }, h('h2', { id: 'course', tabindex: '-1' }, course.name), back),
      pace(this.found, course.line),
      this.chart,
      this.quota(course.line),
      this.nextCases(course),
    );
  }

  quota({ quota }) {
    const { ahead } = this.found;
    if (!ahead.length) return null;
    const cell = (day, i) => h('li', {}, h('span', {}, day.slice(5)), h('b', {}, count(quota[i])));
    const rest = ahead.length - SHOWN_DAYS;
    return h(
      'div',
      { class: 'quota' },
      h('h3', {}, t('Quota of each working day')),
      h('ol', { class: 'quota-days' }, ahead.slice(0, SHOWN_DAYS).map(cell)),
      rest > 0 && h('details', { 'data-fold': 'quota' }, h('summary', {}, t('{n} further days', { n: rest })), h('ol', { class: 'quota-days' }, ahead.slice(SHOWN_DAYS).map((day, i) => cell(day, i + SHOWN_DAYS)))),
    );
  }

  nextCases({ next_day: { day, cases } }) {
    if (!cases.length) return null;
    const open = ({ properties }) => location.assign(`/maps/open-problems?id=${properties.id}`);
    return h(
      'details',
      { class: 'next-cases', 'data-fold': `next ${this.found.unit}`, open: Boolean(this.found.unit) },
      h('summary', {}, t('For {day} ({n}): the most severe first, then what is due first', { n: count(cases.length), day })),
      h('ul', { class: 'rows' }, cases.map((one) => problemRow(one, open))),
    );
  }

  units() {
    const { lines, total, by } = this.found;
    const heads = [t('Unit judged'), t('Status'), t('Open'), t('Baseline'), t('New'), t('Closed'), t('Rebounds'), t('Needed a day'), t('Done a day'), t('Chance'), t('Done between'), t('Next day')];
    return h(
      'section',
      {},
      h('h2', {}, t('Unit by unit, the worst first')),
      h(
        'div',
        { class: 'card wide-table', tabindex: '0', role: 'region', 'aria-label': t('Progress by unit') },
        h(
          'table',
          { class: 'table numbers progress-units' },
          h('thead', {}, h('tr', {}, heads.map((one, i) => h('th', { scope: 'col', class: i === 1 ? 'status-cell' : '' }, one)), by in FILTERS && h('th', { scope: 'col', class: 'cases-cell' }, t('Cases')))),
          h('tbody', {}, this.line(total, true), lines.map((line) => this.line(line))),
        ),
      ),
    );
  }

  line(line, whole = false) {
    const cells = [count(line.open), count(line.baseline), count(line.new), count(line.closed), count(line.rebounds), rate(line.required_per_day), rate(line.done_per_day), chance(line.chance), finish(line), line.quota.length ? count(line.quota[0]) : '—'];
    return h(
      'tr',
      { class: whole ? 'whole' : '', 'data-unit': line.key, 'data-status': line.status, 'aria-current': line.key && line.key === this.found.unit ? 'true' : false },
      h('th', { scope: 'row' }, this.unitName(line, whole)),
      h('td', { class: 'status-cell' }, statusTag(this.found, line.status)),
      cells.map((one) => h('td', {}, one)),
      this.found.by in FILTERS && h('td', { class: 'cases-cell' }, this.cases(line, whole)),
    );
  }

  unitName(line, whole) {
    if (whole || !line.key) return line.name;
    return h('button', { type: 'button', class: 'link', 'data-open': line.key, onclick: () => this.choose({ unit: line.key }, '#course') }, line.name);
  }

  cases(line, whole) {
    if (whole || !line.key) return '';
    const query = new URLSearchParams({ [FILTERS[this.found.by]]: line.key, ...(this.asked.as_of ? { as_of: this.asked.as_of } : {}) });
    return h('a', { class: 'btn icon-only quiet', href: `/maps/open-problems?${query}`, 'aria-label': t('Open cases: {name}', { name: line.name }) }, icon('list'));
  }
}

// Remembers what is unfolded, how far the table is scrolled and where the focus is: the answer brings that back.
function kept(place) {
  const folds = () => findAll('details[data-fold]', place);
  const was = Object.fromEntries(folds().map((one) => [one.dataset.fold, one.open]));
  const left = find('.wide-table', place)?.scrollLeft;
  const active = place.contains(document.activeElement) ? document.activeElement : null;
  const again = active?.name ? `[name="${active.name}"]` : active?.dataset.open && `[data-open="${CSS.escape(active.dataset.open)}"]`;
  return () => {
    for (const one of folds()) one.open = was[one.dataset.fold] ?? one.open;
    find('.wide-table', place).scrollLeft = left ?? 0;
    if (again) find(again, place)?.focus({ preventScroll: true });
  };
}

// How the numbers are made, for whoever asks.
function how({ parameters }) {
  const lines = [
    t('Baseline: what was open as the campaign began, frozen. Net = new − closed + rebounds.'),
    t('Needed a day = (open + expected new) ÷ working days left. Quotas share out what is open; they sum to it exactly.'),
    t('Done a day: closed in the last {n} days ÷ their working days.', { n: parameters.done_over_days }),
    t('Forecast: {paths} futures drawn from the last {days} days in blocks of {block}; with fewer than {least} days there is none.', { paths: count(parameters.paths), days: parameters.history_days, block: parameters.block_days, least: parameters.least_history_days }),
    t('On track from a chance of {high} %, behind below {low} %.', { high: parameters.on_track_from * 100, low: parameters.at_risk_from * 100 }),
  ];
  return h('details', { class: 'note', 'data-fold': 'how' }, h('summary', {}, t('How this is reckoned')), h('ul', {}, lines.map((one) => h('li', {}, one))));
}
