// Reporting a problem: the place, the kind, a sentence; who will be responsible is shown before saving.

import { post, table } from './api.js';
import { draft, forget, keep } from './draft.js';
import { fill, find, findAll, h, icon } from './dom.js';
import { busy, field, select, segmented, showErrors, textarea } from './form.js';
import { box, describe } from './geometry.js';
import { actingField } from './people.js';
import { closeDetail, openDetail } from './panel.js';
import { placeItem, responsible } from './problem-card.js';
import { word } from './choices.js';
import { isPhone, setHeight } from './sheet.js';
import { toast } from './toast.js';
import { span, t } from './words.js';

const DAY_MS = 86_400_000;
const shapes = () => [
  ['Point', t('Point'), icon('pin')],
  ['LineString', t('Line'), icon('line')],
  ['Polygon', t('Surface'), icon('area')],
];

// `onsaved(feature)` is called with the stored problem.
export async function openReport({ onsaved }) {
  const categories = await table('/categories').catch((error) => (toast(error.message, { error: true }), []));
  const form = new ReportForm(categories, onsaved);
  openDetail({
    title: t('Report a problem'),
    content: form.element,
    onLeave: () => window.geo.highlight(null),
  });
  form.showPlace();
}

class ReportForm {
  constructor(categories, onsaved) {
    Object.assign(this, { categories, onsaved, draft: draft(), shape: draft().geometry?.type || 'Point' });
    this.place = h('p', { class: 'picked', role: 'status' });
    this.who = h('div', { 'aria-live': 'polite' });
    this.answer = h('p', { class: 'notice error', role: 'alert', hidden: true });
    this.by = actingField();
    this.send = h('button', { type: 'submit', class: 'btn primary block' }, t('Save the report'));
    this.element = h(
      'form',
      { class: 'form report', novalidate: true },
      this.placeField(),
      this.kindFields(),
      this.text(),
      this.by.element,
      this.answer,
      this.send,
      this.discard(),
    );
    this.element.addEventListener(
      'submit',
      (event) => (event.preventDefault(), busy(this.send, () => this.submit())),
    );
  }

  change(changes) {
    Object.assign(this.draft, changes);
    keep(this.draft);
  }

  placeField() {
    const shape = segmented(
      'shape',
      shapes(),
      this.shape,
      (value) => {
        this.shape = value;
      },
      t('Shape'),
    );
    const pick = h(
      'button',
      { type: 'button', class: 'btn', id: 'pick', onclick: () => this.pick() },
      icon('pin'),
      h('span', {}, t('Show on the map')),
    );
    const mine = h(
      'button',
      { type: 'button', class: 'btn', id: 'my-position', onclick: () => this.locate() },
      icon('locate'),
      h('span', {}, t('My position')),
    );
    return h(
      'fieldset',
      { class: 'field', 'data-field': 'geometry' },
      h('legend', {}, t('Where')),
      shape,
      h('div', { class: 'buttons' }, pick, mine),
      this.place,
      h('p', { class: 'field-error', hidden: true }),
      this.who,
    );
  }

  kindFields() {
    const now = this.categories.find((one) => one.code === this.draft.category);
    this.kind = select('category', this.kinds(now?.parent), now?.code || '', {
      disabled: !now,
      onchange: () => this.chooseKind(),
    });
    this.hint = h('p', { class: 'hint' });
    const tops = this.categories.filter((one) => !one.parent).map((one) => [one.code, one.name]);
    const group = select('category_group', [['', t('Choose …')], ...tops], now?.parent || '');
    group.addEventListener('change', () => this.chooseGroup(group.value));
    this.limit();
    return [
      field(t('Kind group'), group, { required: true }),
      h('div', {}, field(t('Kind'), this.kind, { required: true }), this.hint),
    ];
  }

  kinds(parent) {
    const own = this.categories.filter((one) => one.parent && one.parent === parent);
    return [['', t('Choose …')], ...own.map((one) => [one.code, one.name])];
  }

  chooseGroup(parent) {
    const kinds = this.kinds(parent);
    fill(
      this.kind,
      kinds.map(([value, title]) => h('option', { value }, title)),
    );
    this.kind.disabled = !parent;
    if (kinds.length === 2) this.kind.value = kinds[1][0];
    this.chooseKind();
  }

  chooseKind() {
    this.change({ category: this.kind.value });
    this.limit();
  }

  limit() {
    const kind = this.categories.find((one) => one.code === this.draft.category);
    fill(
      this.hint,
      kind?.limit_days && t('To be put right within {time}', { time: span(kind.limit_days * DAY_MS) }),
    );
  }

  text() {
    const control = textarea('description', this.draft.description, {
      maxlength: 2000,
      placeholder: t('What is there, and how much?'),
    });
    control.addEventListener('input', () => this.change({ description: control.value }));
    return field(t('Description'), control);
  }

  discard() {
    return h(
      'button',
      { type: 'button', class: 'btn quiet block', onclick: () => (forget(), closeDetail()) },
      t('Discard'),
    );
  }

  async pick() {
    if (isPhone()) setHeight('peek');
    const geometry = await window.geo.pick({ type: this.shape });
    if (isPhone()) setHeight('half');
    if (geometry) this.setPlace(geometry);
  }

  locate() {
    if (!window.isSecureContext)
      return fill(
        this.place,
        t('The browser gives the position only over HTTPS. Show the place on the map instead.'),
      );
    fill(this.place, t('Looking for your position …'));
    const found = ({ coords }) => {
      this.shape = 'Point';
      findAll('[name=shape]', this.element).forEach((radio) => {
        radio.checked = radio.value === 'Point';
      });
      this.setPlace({ type: 'Point', coordinates: [coords.longitude, coords.latitude] }, coords.accuracy);
    };
    const failed = () =>
      fill(this.place, t('The position could not be found. Show the place on the map instead.'));
    return navigator.geolocation.getCurrentPosition(found, failed, {
      enableHighAccuracy: true,
      timeout: 15_000,
    });
  }

  setPlace(geometry, accuracy_m) {
    this.change({ geometry, accuracy_m });
    this.showPlace();
    window.geo.fit(box(geometry));
  }

  async showPlace() {
    const { geometry, accuracy_m } = this.draft;
    if (!geometry) return;
    const exact = accuracy_m && t('accurate to {n} m', { n: Math.round(accuracy_m) });
    fill(this.place, icon('check'), h('span', {}, [describe(geometry), exact].filter(Boolean).join(' · ')));
    window.geo.highlight({ type: 'Feature', geometry, properties: {} });
    await this.preview(geometry);
  }

  async preview(geometry) {
    fill(this.who, h('p', { class: 'loading' }, t('Finding who is responsible …')));
    try {
      const found = await post('/problems/preview', { geometry });
      if (geometry !== this.draft.geometry) return;
      const flags = (found.flags || []).map((flag) =>
        h('p', { class: 'notice warn' }, icon('flag'), h('span', {}, word('flag', flag))),
      );
      fill(
        this.who,
        h('h2', { class: 'label' }, t('Will be responsible')),
        flags,
        responsible(found.responsible),
        h('ul', { class: 'places' }, (found.places || []).map(placeItem)),
      );
    } catch (error) {
      fill(this.who, h('p', { class: 'notice error', role: 'alert' }, error.message));
    }
  }

  // What is missing, in words, or "".
  missing() {
    if (!this.draft.geometry) return t('Show the place first.');
    if (!this.draft.category) return t('Choose the kind of problem.');
    return '';
  }

  async submit() {
    this.answer.hidden = true;
    const missing = this.missing();
    if (missing) return this.refuse(missing);
    const { key, geometry, category, description } = this.draft;
    const by = this.by.value()?.code;
    const body = {
      type: 'Feature',
      geometry,
      properties: { category, description, ...(by ? { reported_by: by } : {}) },
    };
    try {
      const stored = await post('/problems', body, { 'Idempotency-Key': key });
      forget();
      this.onsaved(stored);
    } catch (error) {
      this.refuse(
        `${showErrors(this.element, error)} ${t('Nothing is lost: your entry stays on this device.')}`,
      );
    }
    return undefined;
  }

  refuse(text) {
    this.answer.hidden = false;
    fill(this.answer, text);
    find('[aria-invalid]', this.element)?.focus();
  }
}
