// The page of open problems: headline numbers, filters, list, card, report.

import { get, newest } from './api.js';
import { debounced, fill, find, h, icon } from './dom.js';
import { hasDraft } from './draft.js';
import { bars } from './bars.js';
import { chips, choose, chosen, openFilterForm, placeCode, query } from './filters.js';
import { ProblemList } from './problem-list.js';
import { openProblem, shownProblem } from './problem-card.js';
import { isPublic } from './public.js';
import { openPublicProblem, shownPublicProblem } from './public-card.js';
import { closeDetail } from './panel.js';
import { openReport } from './report.js';
import { requestsNotice } from './request-list.js';
import { told, toast } from './toast.js';
import { tiles } from './tiles.js';
import { word } from './choices.js';
import { t } from './words.js';

export function start() {
  new OpenProblems(find('#content')).begin();
}

const summaryOf = newest((query) => get('/problems/summary', query));

class OpenProblems {
  constructor(content) {
    this.numbers = h('div', { class: 'tiles' });
    this.chips = h('div', { class: 'chips', id: 'chips' });
    this.list = new ProblemList((feature) => this.choose(feature));
    this.views = {
      list: this.list.element,
      place: h('div', { hidden: true }),
      kind: h('div', { hidden: true }),
    };
    fill(
      content,
      this.numbers,
      !isPublic() && [draftNotice(() => this.report()), requestsNotice()],
      this.search(),
      this.chips,
      this.tabs(),
      Object.values(this.views),
    );
    this.reload = debounced(() => this.load(), 120);
  }

  begin() {
    const { geo } = window;
    find('#report-button')?.addEventListener('click', () => this.report());
    geo.on('filter', () => this.reload());
    geo.on('change', ({ layer }) => layer === 'problems' && this.reload());
    geo.on('select', (selected) => selected?.layer === 'problems' && this.open(selected.id));
    geo.on('travel', (changes) => 'id' in changes && this.travel(changes.id));
    this.load();
    this.restore();
  }

  // The browser went back or forward to another problem, or to none.
  travel(id) {
    if (id) this.open(id);
    else if (shownProblem()) closeDetail();
  }

  restore() {
    const { id, report } = window.geo.state.get();
    if (id) this.open(id, !window.geo.arrivedAt); // a view that the address names stays
    if (report) {
      window.geo.state.set({ report: null });
      if (isPublic()) location.assign('/report');
      else this.report();
    }
  }

  search() {
    const control = h('input', {
      class: 'input',
      type: 'search',
      name: 'q',
      value: chosen().q || '',
      placeholder: isPublic() ? t('Number') : t('Number, place or words'),
      'aria-label': t('Search'),
    });
    control.addEventListener(
      'input',
      debounced(() => choose({ q: control.value.trim() || null }), 300),
    );
    const button = h(
      'button',
      { type: 'button', class: 'btn', id: 'filter-button', onclick: () => told(openFilterForm) },
      icon('filter'),
      h('span', {}, t('Filter')),
    );
    return h('div', { class: 'search', role: 'search' }, control, button);
  }

  tabs() {
    const names = [
      ['list', t('List')],
      ['place', t('By place')],
      ['kind', t('By kind')],
    ];
    const buttons = names.map(([name, title]) =>
      h(
        'button',
        {
          type: 'button',
          role: 'tab',
          class: 'tab',
          'data-tab': name,
          'aria-selected': String(name === 'list'),
          onclick: () => this.show(name),
        },
        title,
      ),
    );
    this.tabList = h('div', { class: 'tabs', role: 'tablist', 'aria-label': t('Show as') }, buttons);
    return this.tabList;
  }

  show(name) {
    for (const [key, view] of Object.entries(this.views)) view.hidden = key !== name;
    for (const tab of this.tabList.children)
      tab.setAttribute('aria-selected', String(tab.dataset.tab === name));
  }

  async load() {
    const filter = chosen();
    const { state, overdue, ...rest } = filter;
    chips(this.chips);
    const [summary] = await Promise.all([
      told(() => summaryOf(rest)),
      this.list.load(query(filter)),
    ]);
    if (summary) this.summarise(summary, { state, overdue, past: filter.as_of });
  }

  summarise(summary, filter) {
    fill(this.numbers, tiles(summary, filter));
    fill(
      this.views.place,
      bars(
        summary.by_place.map((place) => this.placeBar(place)),
        t('No place has an open problem.'),
      ),
    );
    fill(
      this.views.kind,
      bars(
        summary.by_category.map((kind) => this.kindBar(kind)),
        t('No place has an open problem.'),
      ),
    );
  }

  placeBar(place) {
    const code = placeCode(place);
    const onclick = () => choose({ area: chosen().area === code ? null : code });
    return {
      title: place.name || place.code,
      note: word('layer', place.layer),
      value: place.open,
      late: place.overdue,
      onclick,
    };
  }

  kindBar(kind) {
    return {
      title: kind.name,
      value: kind.open,
      late: kind.overdue,
      onclick: () => choose({ category: chosen().category === kind.code ? null : kind.code }),
    };
  }

  choose(feature) {
    const { id } = feature.properties;
    window.geo.emit('select', { layer: 'problems', id, properties: feature.properties });
    this.open(id, true);
  }

  async open(id, fit = false) {
    const [openCard, shown] = isPublic() ? [openPublicProblem, shownPublicProblem] : [openProblem, shownProblem];
    if (shown() === String(id)) return;
    await openCard(id, { fit, onLeave: () => this.list.choose(null) });
    this.list.choose(id);
  }

  report() {
    openReport({ onsaved: (feature) => this.saved(feature) });
  }

  saved(feature) {
    const { id, responsible, duplicate_of: into } = feature.properties;
    window.geo.emit('change', { layer: 'problems', id });
    this.open(into || id, true);
    if (into) return toast(t('Added as further evidence.'));
    return toast(
      responsible?.person_name
        ? t('Saved. {name} is responsible.', { name: responsible.person_name })
        : t('Saved.'),
    );
  }
}

// A report that was begun and not saved waits here.
export function draftNotice(onclick) {
  if (!hasDraft()) return null;
  return h(
    'button',
    { type: 'button', class: 'notice info', onclick },
    icon('edit'),
    h('span', {}, t('A report is not saved yet. Continue?')),
  );
}
