// Reporting a problem: the place, the kind, a sentence; who will be responsible, and whether it is known
// already, is shown before saving.

import { post, table } from './api.js';
import { photosField } from './card-photos.js';
import { word } from './choices.js';
import { draft, forget, keep } from './draft.js';
import { fill, find, h, icon } from './dom.js';
import { busy, field, showErrors, textarea } from './form.js';
import { actingField, knowActing } from './people.js';
import { closeDetail, openDetail } from './panel.js';
import { placeItem, responsible } from './problem-card.js';
import { kindFields } from './report-kind.js';
import { KnownCases } from './report-known.js';
import { PlaceField } from './report-place.js';
import { sourceFields } from './report-source.js';
import { toast } from './toast.js';
import { t } from './words.js';

// `onsaved(feature)` is called with the stored problem.
export async function openReport({ onsaved }) {
  await knowActing();
  const categories = await table('/categories').catch((error) => (toast(error.message, { error: true }), []));
  const form = new ReportForm(categories, onsaved);
  openDetail({
    title: t('Report a problem'),
    content: form.element,
    onLeave: () => window.geo.highlight(null),
  });
  form.preview();
}

class ReportForm {
  constructor(categories, onsaved) {
    Object.assign(this, { onsaved, draft: draft(), stored: null });
    this.who = h('div', { 'aria-live': 'polite' });
    this.answer = h('p', { class: 'notice error', role: 'alert', hidden: true });
    this.send = h('button', { type: 'submit', class: 'btn primary block' });
    this.place = new PlaceField(this.draft, (changes) => this.changePlace(changes));
    this.kind = kindFields(categories, this.draft.category, (category) => this.changeKind(category));
    this.known = new KnownCases(() => this.name());
    this.source = sourceFields(this.draft, (changes) => this.change(changes));
    this.photos = photosField({ role: 'before' });
    this.by = actingField();
    this.element = this.form();
    this.name();
  }

  form() {
    const parts = [
      this.place.element,
      this.who,
      this.kind.elements,
      this.known.element,
      this.text(),
      this.photos.element,
      this.source.element,
      this.by.element,
      this.answer,
      this.send,
      this.discard(),
    ];
    const form = h('form', { class: 'form report', novalidate: true }, parts);
    form.addEventListener(
      'submit',
      (event) => (event.preventDefault(), busy(this.send, () => this.submit())),
    );
    return form;
  }

  // What the button does now, in words.
  name() {
    const title = this.stored ? t('Send the rest') : this.known.chosen ? t('Add as evidence') : t('Save the report');
    fill(this.send, title);
  }

  change(changes) {
    Object.assign(this.draft, changes);
    keep(this.draft);
  }

  changePlace(changes) {
    this.change(changes);
    this.preview();
  }

  changeKind(category) {
    this.change({ category });
    this.preview();
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

  async preview() {
    const { geometry, category } = this.draft;
    if (!geometry) return;
    window.geo.highlight({ type: 'Feature', geometry, properties: {} });
    if (!this.who.children.length)
      fill(this.who, h('p', { class: 'loading' }, t('Finding who is responsible …')));
    try {
      const found = await post('/problems/preview', { geometry, category });
      if (geometry !== this.draft.geometry || category !== this.draft.category) return;
      fill(this.who, whose(found));
      this.known.offer(found.duplicates, geometry, found.hidden_duplicates);
      this.name();
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
    try {
      this.stored ??= await post('/problems', this.body(), { 'Idempotency-Key': this.draft.key });
      forget();
    } catch (error) {
      return this.refuse(
        `${showErrors(this.element, error)} ${t('Nothing is lost: your entry stays on this device.')}`,
      );
    }
    this.name();
    return this.follow();
  }

  body() {
    const { geometry, category, description } = this.draft;
    const { source_level, document } = this.source.value();
    const by = this.by.value()?.code;
    const properties = {
      category,
      description,
      source_level,
      ...(by ? { reported_by: by } : {}),
      ...(document ? { extra: { document } } : {}),
      ...(this.known.chosen ? { duplicate_of: this.known.chosen } : {}),
    };
    return { type: 'Feature', geometry, properties };
  }

  // What comes after the report is stored: its photos, and that it is put right already.
  async follow() {
    const by = this.by.value()?.code;
    const { id } = this.stored.properties;
    const left = this.photos.count() && (await this.photos.upload(id, by));
    if (left) return this.refuse(t('The report is saved; {n} photos could not be sent.', { n: left }));
    if (this.source.value().on_the_spot && !this.known.chosen) {
      try {
        this.stored = await post(`/problems/${id}/moves`, { to: 'fixed', ...(by ? { by } : {}) });
      } catch (error) {
        toast(`${t('The report is saved.')} ${error.message}`, { error: true });
      }
    }
    return this.onsaved(this.stored);
  }

  refuse(text) {
    this.answer.hidden = false;
    fill(this.answer, text);
    find('[aria-invalid]', this.element)?.focus();
  }
}

const whose = (found) => [
  h('h2', { class: 'label' }, t('Will be responsible')),
  (found.flags || []).map((flag) =>
    h('p', { class: 'notice warn' }, icon('flag'), h('span', {}, word('flag', flag))),
  ),
  responsible(found.responsible),
  h('ul', { class: 'places' }, (found.places || []).map(placeItem)),
];
