// The page of a road chief: my segments, the worst first, and what is open on each.

import { get, newest } from './api.js';
import { find, h, icon, refill } from './dom.js';
import { draftNotice } from './open-problems.js';
import { box } from './geometry.js';
import { recall, remember } from './memory.js';
import { openDetail } from './panel.js';
import { me, seesAll } from './people.js';
import { openProblem } from './problem-card.js';
import { row } from './problem-list.js';
import { openReport } from './report.js';
import { looks, sign } from './states.js';
import { figure } from './tiles.js';
import { told, toast } from './toast.js';
import { chainage, count, length, stretch, t } from './words.js';

const MOST = 200;
const openOn = newest((code) => get('/problems', { area: `road_segments:${code}`, state: 'open', limit: MOST }));

export function start() {
  const { geo } = window;
  const person = geo.state.get().person;
  const known = recall('road-chief');
  if (!seesAll()) return new MyRoad(find('#content'), me()?.person).begin();
  if (!person && known)
    return void location.replace(`?${new URLSearchParams({ ...plain(geo.state.get()), person: known })}`);
  return new MyRoad(find('#content'), person).begin();
}

const plain = ({ at, ...rest }) => rest;

class MyRoad {
  constructor(content, person) {
    Object.assign(this, { content, person });
  }

  begin() {
    const { geo } = window;
    find('#report-button')?.addEventListener('click', () => this.report());
    geo.on('data', ({ element, data }) => element === 'roads' && this.show(data));
    geo.on('select', (selected) => this.selected(selected));
  }

  // The map's element has fetched it, and does again after each change.
  show(data) {
    this.data = data;
    if (seesAll() && this.person && data.person) remember('road-chief', this.person);
    refill(this.content, seesAll() && this.chooser(), ...this.contents());
  }

  contents() {
    if (!this.data.person) return [this.invitation()];
    const none = t('You answer for no road segment today.');
    return this.data.segments.features.length || seesAll() ? this.overview() : [h('p', { class: 'empty' }, none)];
  }

  chooser() {
    const options = this.data.people.map(({ code, name, segments, open }) =>
      h(
        'option',
        { value: code, selected: code === this.person },
        t('{name}: {segments} segments, {open} open', { name, segments, open }),
      ),
    );
    const control = h(
      'select',
      { class: 'input', id: 'chief', onchange: (event) => this.go(event.target.value) },
      h('option', { value: '' }, t('Choose your name …')),
      options,
    );
    return h('div', { class: 'field' }, h('label', { for: 'chief' }, t('Road chief')), control);
  }

  go(person) {
    remember('road-chief', person || null);
    location.search = `?${new URLSearchParams({ lang: window.geo.page.lang, ...(person ? { person } : {}) })}`;
  }

  invitation() {
    return h('p', { class: 'empty' }, t('Choose your name once; this device remembers it.'));
  }

  overview() {
    const segments = this.segments();
    const problems = this.data.problems.features;
    const late = problems.filter(({ properties }) => properties.overdue).length;
    const length_m = segments.reduce((total, one) => total + (one.properties.length_m || 0), 0);
    return [
      h(
        'div',
        { class: 'tiles three' },
        figure({ title: t('Overdue'), value: count(late), look: ['problems', 'overdue'] }),
        figure({ title: t('Open'), value: count(problems.length) }),
        figure({ title: t('Length'), value: length(length_m) }),
      ),
      draftNotice(() => this.report()),
      h('h2', {}, t('Segments, the most open problems first')),
      h(
        'ul',
        { class: 'rows', id: 'segments' },
        segments.map((one) => this.segmentRow(one)),
      ),
    ];
  }

  segments() {
    return [...this.data.segments.features].sort(
      (a, b) =>
        b.properties.open - a.properties.open || (b.properties.overdue || 0) - (a.properties.overdue || 0),
    );
  }

  segmentRow(feature) {
    const one = feature.properties;
    return h(
      'li',
      {},
      h(
        'button',
        { type: 'button', class: 'row', 'data-code': one.code, onclick: () => this.openSegment(feature) },
        sign('road_load', loadOf(one.open)),
        h('span', { class: 'row-text' }, h('b', {}, one.name || one.road_name), h('small', {}, extent(one))),
        h(
          'span',
          { class: one.overdue ? 'due late' : 'due' },
          one.overdue
            ? t('{open} open, {late} overdue', { open: one.open, late: one.overdue })
            : t('{open} open', { open: one.open }),
        ),
      ),
    );
  }

  async openSegment(feature) {
    const one = feature.properties;
    window.geo.highlight(feature);
    window.geo.fit(box(feature));
    const found = await told(() => openOn(one.code));
    if (found) this.showSegment(feature, found.features);
  }

  showSegment(feature, problems) {
    const one = feature.properties;
    const rows = problems.length
      ? h(
          'ul',
          { class: 'rows' },
          problems.map((problem) => row(problem, ({ properties }) => this.openProblem(properties.id))),
        )
      : h('p', { class: 'empty' }, t('Nothing is open here.'));
    const report = h(
      'button',
      { type: 'button', class: 'btn primary block', onclick: () => this.report() },
      icon('plus'),
      h('span', {}, t('Report on this segment')),
    );
    const shops = one.frontages > 0 && h('a', { class: 'btn block', id: 'frontages-link', href: `/maps/frontages?segment=${encodeURIComponent(one.code)}` }, icon('list'), t('Frontages: {n}', { n: count(one.frontages) }));
    openDetail({
      title: one.name || one.road_name,
      content: h('div', {}, h('p', { class: 'muted' }, extent(one)), rows, report, shops),
      onLeave: () => window.geo.highlight(null),
    });
  }

  selected({ layer, id, properties }) {
    if (layer === 'problems') this.openProblem(id);
    const segment =
      layer === 'roads' &&
      this.data?.segments.features.find((one) => one.properties.code === properties.code);
    if (segment) this.openSegment(segment);
  }

  openProblem(id) {
    openProblem(id, { fit: true });
  }

  report() {
    openReport({ onsaved: (feature) => this.saved(feature) });
  }

  saved(feature) {
    const { id, responsible } = feature.properties;
    toast(
      responsible?.person_name
        ? t('Saved. {name} is responsible.', { name: responsible.person_name })
        : t('Saved.'),
    );
    window.geo.emit('change', { layer: 'problems', id });
    openProblem(id, { fit: true });
  }
}

// Where on the road, unless the name says it already, and how long.
function extent({ name, from_m, to_m, length_m }) {
  const known = from_m === null || name?.includes(chainage(from_m));
  return [!known && stretch(from_m, to_m), length_m !== null && length(length_m)].filter(Boolean).join(' · ');
}

// The look of a segment with that many open problems: the highest step it reaches.
const loadOf = (open) =>
  looks('road_load')
    .filter((look) => open >= look.at_least)
    .at(-1).key;
