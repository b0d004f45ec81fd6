// Samples of dust by the gram: one as a card, and the form of a new one. The service judges by the road’s own limit.

import { newKey, post, table } from './api.js';
import { word } from './choices.js';
import { fill, h, icon } from './dom.js';
import { facts } from './facts.js';
import { busy, field, input, segmented, showErrors, textarea } from './form.js';
import { placeText } from './frontage-card.js';
import { box } from './geometry.js';
import { OpensProblem } from './opens-problem.js';
import { closeDetail, openDetail } from './panel.js';
import { actingField, knowActing } from './people.js';
import { PlaceField } from './report-place.js';
import { lookWord, sign } from './states.js';
import { toast } from './toast.js';
import { decimal, t, time } from './words.js';

const CATEGORY = '0605';
const CLOSE_DEG = 0.0012;

// The key of a sample's look.
export const sampleLook = ({ passed }) => ({ true: 'clean', false: 'dusty' })[String(passed)] ?? 'open';
export const grams = (value) => t('{n} g/m²', { n: decimal(value) });

export function openSample(feature, fit = false) {
  const one = feature.properties;
  window.geo.highlight(feature);
  if (fit) window.geo.fit(box(feature, CLOSE_DEG));
  const look = sampleLook(one);
  const pairs = [
    [t('Dust'), one.grams_m2 !== null && grams(one.grams_m2)],
    [t('Dust limit'), one.limit_g_m2 !== null && grams(one.limit_g_m2)],
    [t('Litter stayed'), one.litter_minutes !== null && t('{n} minutes', { n: decimal(one.litter_minutes, 0) })],
    [t('Part of the road'), one.part && word('road_part', one.part)],
    [t('Road class'), one.road_class && word('road_class', one.road_class)],
    [t('Sampled at'), time(one.sampled_at)],
    [t('Sampled by'), one.by_name],
    [t('Cleaning contractor'), one.contractor],
    [t('Fine'), one.fine !== null && t('{n} yuan', { n: decimal(one.fine, 0) })],
    [t('Problem'), one.problem],
    [t('Note'), one.note],
    [t('Code'), one.code],
  ];
  const content = h(
    'article',
    { class: 'sample', 'data-id': one.id },
    h('p', { class: 'state-chip' }, sign('dust_samples', look), h('span', {}, lookWord('dust_samples', look))),
    h('p', { class: 'statement' }, placeText(one)),
    facts(pairs),
  );
  openDetail({ title: t('Dust sample'), content, onLeave: () => window.geo.highlight(null) });
}

// `contractors`: names to choose from; `saved(feature)` when it is stored.
export async function openSampleForm(contractors, saved) {
  await knowActing();
  const limits = await table('/dust-limits').catch(() => null);
  const form = new SampleForm(contractors, limits, saved);
  openDetail({ title: t('New dust sample'), content: form.element, onLeave: () => window.geo.highlight(null) });
}

class SampleForm {
  constructor(contractors, limits, saved) {
    Object.assign(this, { limits, saved, geometry: null, part: 'carriageway', key: newKey() });
    this.place = new PlaceField({ only: 'Point' }, ({ geometry }) => this.placed(geometry));
    this.grams = input('grams_m2', '', { type: 'number', min: 0, step: 'any', inputmode: 'decimal', oninput: () => this.judge() });
    this.minutes = input('litter_minutes', '', { type: 'number', min: 0, step: 'any', inputmode: 'decimal', oninput: () => this.judge() });
    this.opens = new OpensProblem(CATEGORY, () => this.geometry);
    this.by = actingField();
    this.answer = h('div', { role: 'alert' });
    this.element = this.form(contractors);
  }

  form(contractors) {
    const parts = [['carriageway', word('road_part', 'carriageway')], ['footway', word('road_part', 'footway')]];
    const send = h('button', { type: 'submit', class: 'btn primary block' }, t('Save the sample'));
    const names = h('datalist', { id: 'contractors' }, contractors.map((name) => h('option', { value: name })));
    const form = h(
      'form',
      { class: 'form', id: 'sample-form', novalidate: true },
      this.place.element,
      h('div', { class: 'field', 'data-field': 'part' }, h('span', { class: 'label' }, t('Part of the road')), segmented('part', parts, this.part, (part) => this.choose(part), t('Part of the road')), h('p', { class: 'field-error', hidden: true })),
      h('div', { class: 'pair' }, field(t('Dust (g/m²)'), this.grams, { required: true }), field(t('Litter stayed (min)'), this.minutes)),
      this.opens.element,
      h('div', { class: 'pair' }, field(t('Cleaning contractor'), input('contractor', '', { list: 'contractors', maxlength: 200 })), field(t('Fine (yuan)'), input('fine', '', { type: 'number', min: 0, step: 'any', inputmode: 'decimal' }))),
      names,
      field(t('Note'), textarea('note', '', { rows: 2, maxlength: 2000 })),
      this.by.element,
      this.answer,
      send,
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      busy(send, () => this.save());
    });
    return form;
  }

  placed(geometry) {
    this.geometry = geometry;
    window.geo.highlight({ type: 'Feature', geometry, properties: {} });
    this.opens.look();
  }

  choose(part) {
    this.part = part;
    this.judge();
  }

  // Whether it may fail: above the lowest limit of its part. The service knows the road, and decides.
  judge() {
    if (!this.limits) return;
    const lowest = Math.min(...this.limits.limits.filter(({ part }) => part === this.part).map(({ limit_g_m2: limit }) => limit));
    this.opens.offer(Number(this.grams.value) > lowest || Number(this.minutes.value) > this.limits.litter_minutes);
  }

  wish() {
    const { note, contractor, fine } = this.element.elements;
    const number = ({ value }) => (value === '' ? null : Number(value));
    const by = this.by.value()?.code;
    const said = { part: this.part, grams_m2: number(this.grams), litter_minutes: number(this.minutes), contractor: contractor.value || null, fine: number(fine), note: note.value };
    return { type: 'Feature', geometry: this.geometry, properties: { ...said, problem: this.opens.value(), ...(by ? { by } : {}) } };
  }

  async save() {
    fill(this.answer);
    if (!this.geometry) return fill(this.answer, h('p', { class: 'notice error' }, t('Show the place first.')));
    try {
      const made = await post('/dust-samples', this.wish(), { 'Idempotency-Key': this.key });
      toast(made.properties.problem ? t('Saved; problem {code} was opened.', { code: made.properties.problem }) : t('Saved.'));
      window.geo.emit('change', { layer: 'dust_samples', id: made.id });
      closeDetail();
      this.saved(made);
    } catch (error) {
      fill(this.answer, h('p', { class: 'notice error' }, icon('alert'), h('span', {}, showErrors(this.element, error))));
    }
    return undefined;
  }
}
