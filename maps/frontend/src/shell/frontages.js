// The page of frontages (门前五包) and of dust by the gram (以克论净): the list beside the map, the rates, the rules.

import { get } from './api.js';
import { word } from './choices.js';
import { find, h, icon, refill } from './dom.js';
import { openSample, openSampleForm, sampleLook, grams } from './dust-sample.js';
import { field, select } from './form.js';
import { openFrontage, placeText } from './frontage-card.js';
import { openNewFrontage } from './frontage-edit.js';
import { dustRates, frontageRates } from './frontage-tables.js';
import { rulesSections } from './frontage-rules.js';
import { box } from './geometry.js';
import { mayAct } from './people.js';
import { lookWord, looks, sign } from './states.js';
import { figure } from './tiles.js';
import { told } from './toast.js';
import { count, day, t } from './words.js';

const SHOWN = 30;
const SAMPLES_SHOWN = 8;
const URGENT = ['failed', 'overdue', 'never', 'passed'];
const RULES = ['frontage-duties', 'dust-limits'];

export function start() {
  new Frontages(find('#content')).begin();
}

const said = (name) => window.geo.state.get()[name] || '';

class Frontages {
  constructor(content) {
    Object.assign(this, { content, frontages: [], samples: [], rates: null, most: SHOWN });
    this.rules = rulesSections();
  }

  begin() {
    const { geo } = window;
    find('#new-sample')?.addEventListener('click', () => this.sample());
    geo.on('data', ({ element, data }) => this.heard(element, data));
    geo.on('select', ({ layer, id }) => this.selected(layer, id));
    geo.on('filter', (changes) => this.filtered(changes));
    geo.on('change', ({ layer }) => RULES.includes(layer) && this.load());
    if (said('id')) openFrontage(said('id'), { fit: true });
  }

  heard(element, data) {
    if (element !== 'frontages' && element !== 'dust_samples') return;
    const first = element === 'frontages' && !this.frontages.length;
    this[element === 'frontages' ? 'frontages' : 'samples'] = data.features;
    this.show();
    if (first && said('segment') && !window.geo.arrivedAt) this.fit();
    this.load();
  }

  async load() {
    const rates = await told(() => get('/analysis/frontages'));
    if (!rates) return;
    this.rates = rates;
    this.show();
  }

  selected(layer, id) {
    if (layer === 'frontages') openFrontage(id);
    const sample = layer === 'dust_samples' && this.samples.find((one) => String(one.id) === String(id));
    if (sample) openSample(sample);
  }

  filtered(changes) {
    this.most = SHOWN;
    this.show();
    if ('segment' in changes && said('segment')) this.fit();
  }

  // The map goes to what stands on the chosen segment.
  fit() {
    const features = [...this.here(), ...this.samplesHere()];
    if (features.length) window.geo.fit(box({ type: 'FeatureCollection', features }));
  }

  here() {
    return this.frontages.filter(({ properties }) => !said('segment') || properties.segment === said('segment'));
  }

  samplesHere() {
    return this.samples.filter(({ properties }) => !said('segment') || properties.segment === said('segment'));
  }

  show() {
    refill(this.content, this.segments(), this.states(), this.list(), adding(), samplesSection(this.samplesHere()), this.rates && [frontageRates(this.rates), dustRates(this.rates)], this.rules);
  }

  segments() {
    const named = new Map();
    for (const { properties: one } of [...this.frontages, ...this.samples]) if (one.segment) named.set(one.segment, `${one.road_name} ${one.segment}`);
    const options = [...named].sort((a, b) => a[1].localeCompare(b[1], 'zh'));
    const change = (event) => window.geo.emit('filter', { segment: event.target.value || null });
    return field(t('Road segment'), select('segment', [['', t('All road segments')], ...options], said('segment'), { id: 'segment', onchange: change }));
  }

  states() {
    const here = this.here();
    const chip = ({ key, title }) => {
      const on = said('state') === key;
      const number = here.filter(({ properties }) => properties.state === key).length;
      const flip = () => window.geo.emit('filter', { state: on ? null : key });
      return h('button', { type: 'button', class: 'chip', 'data-state': key, 'aria-pressed': String(on), onclick: flip }, sign('frontages', key), `${t(title)} ${count(number)}`);
    };
    return h('div', { class: 'chips', role: 'group', 'aria-label': t('Filter') }, looks('frontages').map(chip));
  }

  list() {
    const matching = this.here().filter(({ properties }) => !said('state') || properties.state === said('state'));
    if (!this.frontages.length) return h('p', { class: 'empty' }, t('There are no frontages that you answer for. Planners import them as a layer.'));
    if (!matching.length) return h('p', { class: 'empty' }, t('No frontage matches.'));
    const rows = [...matching].sort(byUrgency);
    const more = h('button', { type: 'button', class: 'btn block', onclick: () => ((this.most = Infinity), this.show()) }, t('Show all {n}', { n: count(rows.length) }));
    return [h('ul', { class: 'rows', id: 'frontage-list' }, rows.slice(0, this.most).map(frontageRow)), rows.length > this.most && more];
  }

  sample() {
    const contractors = [...new Set(this.samples.map(({ properties }) => properties.contractor).filter(Boolean))].sort();
    openSampleForm(contractors, (feature) => openSample(feature, true));
  }
}

// Planners draw the frontages that no file brings.
const adding = () =>
  mayAct(['planner']) && h('button', { type: 'button', class: 'btn block', id: 'new-frontage', onclick: () => openNewFrontage(({ id }) => openFrontage(id, { fit: true })) }, icon('plus'), t('Add a frontage'));

// How the frontages of a saved file stand.
export function frontagesView({ features }) {
  const of = (key) => features.filter(({ properties }) => properties.state === key).length;
  return h('div', { class: 'tiles' }, looks('frontages').map(({ key, title }) => figure({ title: t(title), value: count(of(key)), look: ['frontages', key] })));
}

const byUrgency = ({ properties: a }, { properties: b }) =>
  URGENT.indexOf(a.state) - URGENT.indexOf(b.state) || (a.segment ?? '').localeCompare(b.segment ?? '') || (a.from_m ?? 0) - (b.from_m ?? 0);

function frontageRow({ properties: one }) {
  const last = one.checked_at ? day(one.checked_at) : t('never');
  const judged = one.state === 'failed' ? t('{n} failed', { n: count(one.failed) }) : lookWord('frontages', one.state);
  return h(
    'li',
    {},
    h(
      'button',
      { type: 'button', class: 'row', 'data-id': one.id, 'data-state': one.state, onclick: () => openFrontage(one.id, { fit: true }) },
      sign('frontages', one.state),
      h('span', { class: 'row-text' }, h('b', {}, one.name || one.code), h('small', {}, placeText(one))),
      h('span', { class: 'quantity' }, h('span', { class: one.state === 'passed' ? 'due' : 'due late' }, judged), h('small', {}, last)),
    ),
  );
}

function samplesSection(samples) {
  const rows = [...samples].sort((a, b) => Number(a.properties.passed) - Number(b.properties.passed) || b.properties.sampled_at.localeCompare(a.properties.sampled_at));
  const none = h('p', { class: 'empty' }, t('No sample was taken yet.'));
  return h('section', {}, h('h2', {}, t('Dust samples, those above the limit first')), rows.length ? h('ul', { class: 'rows', id: 'sample-list' }, rows.slice(0, SAMPLES_SHOWN).map(sampleRow)) : none);
}

function sampleRow(feature) {
  const one = feature.properties;
  return h(
    'li',
    {},
    h(
      'button',
      { type: 'button', class: 'row', 'data-sample': one.id, onclick: () => openSample(feature, true) },
      sign('dust_samples', sampleLook(one)),
      h('span', { class: 'row-text' }, h('b', {}, placeText(one)), h('small', {}, [word('road_part', one.part), one.litter_minutes !== null && t('litter {n} min', { n: count(one.litter_minutes) }), one.contractor].filter(Boolean).join(' · '))),
      h('span', { class: 'quantity' }, h('b', {}, one.grams_m2 === null ? '—' : grams(one.grams_m2)), h('small', {}, day(one.sampled_at))),
    ),
  );
}
