// The list of problems beside the map: pages of rows, the most urgent first.

import { get } from './api.js';
import { fill, find, findAll, h } from './dom.js';
import { told } from './toast.js';
import { mark, stateWord } from './states.js';
import { deadline, t } from './words.js';

const PAGE = 30;

// One row; `onopen(feature)` is called when it is chosen.
export function row(feature, onopen) {
  const one = feature.properties;
  const due = deadline(one);
  return h(
    'li',
    {},
    h(
      'button',
      { type: 'button', class: 'row', 'data-id': one.id, onclick: () => onopen(feature) },
      mark(one.state, one.overdue),
      h('span', { class: 'row-text' }, h('b', {}, one.category_name), h('small', {}, whose(one))),
      due && h('span', { class: due.late ? 'due late' : 'due' }, due.text),
    ),
  );
}

const whose = ({ state, responsible, code }) =>
  [stateWord(state), responsible?.place_name || code, responsible?.person_name].filter(Boolean).join(' · ');

export class ProblemList {
  // `onopen(feature)`: a row was chosen.
  constructor(onopen) {
    this.onopen = onopen;
    this.rows = h('ul', { class: 'rows', 'aria-label': t('Problems') });
    this.foot = h('div', { class: 'list-foot' });
    this.element = h('div', {}, this.rows, this.foot);
  }

  async load(query) {
    this.query = query;
    this.abort?.abort();
    this.abort = new AbortController();
    this.rows.setAttribute('aria-busy', 'true');
    const page = await told(() => get('/problems', { ...query, limit: PAGE }, this.abort.signal));
    if (!page) return;
    this.rows.removeAttribute('aria-busy');
    fill(
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
