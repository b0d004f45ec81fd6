// A new measure: what was done, how much, drawn on the map. What the law says of it is shown before it is saved.

import { post, table } from './api.js';
import { fill, find, h, icon } from './dom.js';
import { completionBar } from './completion.js';
import { busy, clearErrors, field, input, select, showErrors, textarea } from './form.js';
import { describe } from './geometry.js';
import { setHeight, height } from './sheet.js';
import { told, toast } from './toast.js';
import { t } from './words.js';

const SHAPES = () => [
  ['Polygon', t('Draw the area')],
  ['LineString', t('Draw the line')],
  ['Point', t('Mark the place')],
];
const USUAL = 'cover';
const MEASURED = ['m²', 'm'];

// Opens in place of `button`; `place` = {parcel} or {problem} (a code); `saved()` when it is stored.
export async function openMeasureForm(button, place, saved) {
  const kinds = await told(() => table('/measures/kinds'));
  if (!kinds) return;
  button.hidden = true;
  const form = new MeasureForm(kinds, place, saved);
  form.onclose = () => {
    form.element.remove();
    button.hidden = false;
  };
  button.after(form.element);
  form.element.scrollIntoView({ block: 'nearest' });
  find('select', form.element).focus();
}

class MeasureForm {
  constructor(kinds, place, saved) {
    Object.assign(this, { kinds, place, saved, geometry: null });
    this.kind = select('kind', kinds.map(({ kind, name }) => [kind, name]), USUAL, { onchange: () => this.changed() });
    this.quantity = input('quantity', '', { type: 'number', min: 0, step: 'any', inputmode: 'decimal' });
    this.unit = h('span', { class: 'unit' });
    this.organisation = field(t('Organisation'), input('organisation'), { required: true });
    this.draw = h('div', { class: 'field', 'data-field': 'geometry' });
    this.outlook = h('div', { 'aria-live': 'polite' });
    this.answer = h('div', { role: 'alert' });
    this.element = this.form();
    this.changed();
  }

  form() {
    const send = h('button', { type: 'submit', class: 'btn primary' }, t('Save'));
    const cancel = h('button', { type: 'button', class: 'btn quiet', onclick: () => this.close() }, t('Cancel'));
    const amount = field(t('Quantity'), this.quantity, { hint: t('Left empty, what is drawn is measured.') });
    this.quantity.after(this.unit);
    this.measured = find('.hint', amount);
    const form = h(
      'form',
      { class: 'form boxed', id: 'measure-form', novalidate: true },
      field(t('Kind of measure'), this.kind, { required: true }),
      this.organisation,
      this.draw,
      this.outlook,
      amount,
      field(t('Note'), textarea('note', '', { rows: 2 })),
      this.answer,
      h('div', { class: 'buttons' }, send, cancel),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      busy(send, () => this.save());
    });
    return form;
  }

  chosen() {
    return this.kinds.find(({ kind }) => kind === this.kind.value);
  }

  // Another kind: another unit, other shapes; what was drawn stays where it still fits.
  changed() {
    const kind = this.chosen();
    if (this.geometry && !kind.geometry_types.includes(this.geometry.type)) this.shape(null);
    this.unit.textContent = kind.unit_name;
    this.measured.hidden = !MEASURED.includes(kind.unit);
    this.quantity.placeholder = '';
    this.organisation.hidden = !kind.on_organisation;
    this.tools();
    this.look();
  }

  tools() {
    const { geometry_types: types } = this.chosen();
    const tool = ([type, title], n) =>
      h('button', { type: 'button', class: 'btn', id: n ? false : 'draw-measure', onclick: () => this.pick(type) }, icon('edit'), title);
    const drawn = this.geometry && h('p', { class: 'drawn' }, icon('check'), describe(this.geometry));
    this.draw.hidden = !types.length;
    fill(this.draw, h('span', { class: 'label' }, t('Where')), drawn, h('div', { class: 'buttons' }, SHAPES().filter(([type]) => types.includes(type)).map(tool)), h('p', { class: 'field-error', hidden: true }));
  }

  async pick(type) {
    const before = height();
    setHeight('peek');
    const geometry = await window.geo.pick({ type });
    setHeight(before);
    if (!geometry || !this.element.isConnected) return;
    this.shape(geometry);
    this.tools();
    this.look();
  }

  shape(geometry) {
    this.geometry = geometry;
    window.geo.highlight(geometry && { type: 'Feature', geometry, properties: {} });
  }

  wish() {
    const { kind, quantity, note, organisation } = this.element.elements;
    const amount = quantity.value === '' ? null : Number(quantity.value);
    const said = { ...this.place, kind: kind.value, quantity: amount, note: note.value, organisation: organisation.value || null };
    return { type: 'Feature', geometry: this.geometry, properties: said };
  }

  // The warnings, and how far the place would be: of what can be said already.
  async look() {
    clearErrors(this.element);
    if (!this.geometry) return void fill(this.outlook);
    try {
      const { properties: one } = await post('/measures/preview', this.wish());
      const known = one.completion.parcel ?? one.completion.problem;
      fill(this.outlook, warnings(one), one.covers && known && completionBar(known, t('Treated, with this measure')));
      if (!this.quantity.value && one.quantity) this.quantity.placeholder = String(one.quantity);
    } catch (error) {
      fill(this.outlook, h('p', { class: 'notice error' }, showErrors(this.element, error)));
    }
  }

  async save() {
    try {
      fill(this.answer);
      await post('/measures', this.wish());
      toast(t('Saved.'));
      this.close();
      this.saved();
    } catch (error) {
      fill(this.answer, h('p', { class: 'notice error' }, showErrors(this.element, error)));
    }
  }

  close() {
    this.shape(null);
    this.onclose();
  }
}

// What the law says against it.
export const warnings = ({ warnings: all }) =>
  all.map((text) => h('p', { class: 'notice error legal' }, icon('alert'), h('span', {}, text)));
