// The list of problems beside the map: pages of rows, the most urgent first.

import { momentOf } from '../past/moment.js';
import { get } from './api.js';
import { word } from './choices.js';
import { fill, find, findAll, h, refill } from './dom.js';
import { isFromAbove } from './levels.js';
import { told } from './toast.js';
import { mark, stateWord } from './states.js';
import { deadline, now, t } from './words.js';

const PAGE = 30;
const MOST = 600; // rows that are fetched anew when something has changed
const OVER = ['closed', 'declined', 'void', 'duplicate', 'deferred'];

// The moment at which the list is looked at: a day of the past, or now.
function moment() {
  const { as_of } = window.geo.state.get();
  return as_of ? momentOf(window.geo, as_of) : now();
}

// One row; `onopen(feature)` is called when it is chosen.
export function row(feature, onopen) {
  const one = feature.properties;
  const due = deadline(one, moment());
  return h(
    'li',
    {},
    h(
      'button',
      { type: 'button', class: 'row', 'data-id': one.id, onclick: () => onopen(feature) },
      mark(one.state, one.overdue),
      h('span', { class: 'row-text' }, h('b', {}, one.category_name), h('small', {}, whose(one)), tags(one)),
      h('span', { class: 'row-times' }, due && dueText(due), stageTime(one)),
    ),
  );
}

const dueText = ({ late, text }) => h('span', { class: late ? 'due late' : 'due' }, text);

// The running stage, where it is late while the whole case is not.
function stageTime({ stage, stage_due_at: due_at, state, overdue }) {
  const late_ms = due_at ? moment() - Date.parse(due_at) : 0;
  if (!stage || overdue || late_ms <= 0 || OVER.includes(state)) return null;
  return h('span', { class: 'due late' }, t('{stage} late', { stage: word('stage', stage) }));
}

// What must not be overlooked, in a word each.
function tags(one) {
  const said = [
    one.escalation && ['escalation', word('escalation', one.escalation)],
    one.rebound_kind && ['rebound', one.rebound_kind === 'never_fixed' ? t('Never fixed') : t('Rebound')],
    isFromAbove(one.recheck_level) && ['above', word('source_level', one.recheck_level)],
    one.paused_at && ['paused', t('Clocks stopped')],
  ].filter(Boolean);
  const all = said.map(([name, text]) => h('span', { class: 'tag', 'data-tag': name }, text));
  return all.length > 0 && h('span', { class: 'tags' }, all);
}

// Who has not signed in sees where it is, and not whose.
const whose = ({ state, responsible, places = [], code }) =>
  [stateWord(state), responsible?.place_name || places[0]?.name || code, responsible?.person_name].filter(Boolean).join(' · ');

export class ProblemList {
  // `onopen(feature)`: a row was chosen.
  constructor(onopen) {
    this.onopen = onopen;
    this.rows = h('ul', { class: 'rows', 'aria-label': t('Problems') });
    this.foot = h('div', { class: 'list-foot' });
    this.element = h('div', {}, this.rows, this.foot);
  }

  async load(query) {
    const isSame = JSON.stringify(query) === JSON.stringify(this.query);
    const limit = isSame ? Math.min(MOST, Math.max(PAGE, this.rows.children.length)) : PAGE;
    this.query = query;
    this.abort?.abort();
    this.abort = new AbortController();
    this.rows.setAttribute('aria-busy', 'true');
    const page = await told(() => get('/problems', { ...query, limit }, this.abort.signal));
    if (!page) return;
    this.rows.removeAttribute('aria-busy');
    refill(
      this.rows,
      page.features.map((feature) => row(feature, this.onopen)),
    );
    this.end(page);
    this.choose(this.chosen);
  }

  async more(after) {
    const page = await told(() => get('/problems', { ...this.query, limit: PAGE, after }));
    if (!page) return;
    const rows = page.features.map((feature) => row(feature, this.onopen));
    this.rows.append(...rows);
    this.end(page);
    find('button', rows[0] || this.foot)?.focus();
  }

  end(page) {
    const after = page.next && new URL(page.next, location.href).searchParams.get('after');
    const more =
      after &&
      h('button', { type: 'button', class: 'btn block', onclick: () => this.more(after) }, t('Show more'));
    const none =
      !this.rows.children.length &&
      h('p', { class: 'empty' }, t('No problem matches. Change the filter, or be glad.'));
    fill(this.foot, more || none);
  }

  // Marks the row of that problem as the one that is open.
  choose(id) {
    this.chosen = id;
    findAll('.row', this.rows).forEach((button) => {
      if (button.dataset.id === String(id)) button.setAttribute('aria-current', 'true');
      else button.removeAttribute('aria-current');
    });
  }
}
