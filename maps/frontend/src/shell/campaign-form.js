// One campaign as a form: its names, document and days, its phases with their kinds, its targets.

import { fill, h, icon } from './dom.js';
import { BadField, field, input, select } from './form.js';
import { t } from './words.js';

// `others`: the campaigns whose baseline can be carried over; `choices`: of the service; `categories`: the table.
export class CampaignForm {
  constructor(row, { others, choices, categories }) {
    Object.assign(this, { row: { phases: [], targets: [], ...row }, others, choices, categories });
    this.lists = { phases: h('div', { class: 'form' }), targets: h('div', { class: 'form' }) };
    this.controls = { phases: [], targets: [] };
  }

  parts() {
    const { row } = this;
    this.own = {
      ...names(row),
      code: input('code', row.code, { maxlength: 40, spellcheck: 'false', autocapitalize: 'off', placeholder: 'qingdizi-2021' }),
      document: input('document', row.document, { maxlength: 120, placeholder: '南政发〔2021〕56号' }),
      programme: input('programme', row.programme, { maxlength: 120 }),
      ...days(row),
      baseline_of: select('baseline_of', [['', t('What is open as it begins')], ...this.others.map((one) => [one.code, one.name_zh])], row.baseline_of),
    };
    const { own } = this;
    for (const one of row.phases) this.add('phases', one);
    for (const one of row.targets) this.add('targets', one);
    return h(
      'div',
      { class: 'form campaign-form' },
      namesFields(own),
      h('div', { class: 'pair' }, field(t('Code'), own.code, { required: true, hint: t('Stands in addresses: a–z, 0–9, “-”.') }), field(t('Document number'), own.document)),
      field(t('Programme that it belongs to'), own.programme),
      h('div', { class: 'pair' }, field(t('First day'), own.begin, { required: true }), field(t('Last day'), own.end, { required: true })),
      this.others.length > 0 && field(t('Baseline'), own.baseline_of, { hint: t('A later round can carry on the baseline of an earlier campaign.') }),
      this.group('phases', t('Phases'), t('Add a phase'), () => ({ begin: own.begin.value, end: own.end.value, categories: [] })),
      this.group('targets', t('Targets'), t('Add a target'), () => ({ by: own.end.value, what: 'closed', aim: 0.9, categories: [] })),
    );
  }

  group(name, title, addTitle, fresh) {
    const add = h('button', { type: 'button', class: 'btn small', 'data-add': name, onclick: () => this.add(name, fresh()).querySelector('.input').focus() }, icon('plus'), addTitle);
    return h('fieldset', { 'data-field': name }, h('legend', {}, title), this.lists[name], add, h('p', { class: 'field-error', hidden: true }));
  }

  add(name, row) {
    const made = name === 'phases' ? this.phase(row) : this.target(row);
    const gone = () => {
      this.controls[name] = this.controls[name].filter((one) => one !== made.controls);
      part.remove();
    };
    const part = h(
      'div',
      { class: 'campaign-part' },
      made.fields,
      h('button', { type: 'button', class: 'btn small quiet', onclick: gone }, icon('trash'), name === 'phases' ? t('Remove this phase') : t('Remove this target')),
    );
    this.controls[name].push(made.controls);
    this.lists[name].append(part);
    return part;
  }

  phase(row) {
    const controls = { ...names(row), ...days(row), categories: new Kinds(this.categories, row.categories) };
    const fields = [
      namesFields(controls),
      h('div', { class: 'pair' }, field(t('First day'), controls.begin, { required: true }), field(t('Last day'), controls.end, { required: true })),
      controls.categories.field(),
    ];
    return { controls, fields };
  }

  target(row) {
    const controls = {
      ...names(row),
      by: input('by', row.by, { type: 'date' }),
      aim: input('aim', Math.round(row.aim * 1000) / 10, { type: 'number', min: 1, max: 100, step: 'any', inputmode: 'decimal' }),
      what: select('what', this.choices.what.map(({ value, title }) => [value, title]), row.what),
      categories: new Kinds(this.categories, row.categories),
    };
    const kinds = controls.categories.field();
    const follow = () => (kinds.hidden = controls.what.value !== 'closed');
    controls.what.addEventListener('change', follow);
    follow();
    const fields = [
      namesFields(controls),
      field(t('What is measured'), controls.what),
      h('div', { class: 'pair' }, field(t('Aim in per cent'), controls.aim, { required: true }), field(t('Reached by the end of'), controls.by, { required: true })),
      kinds,
    ];
    return { controls, fields };
  }

  // The row for the service. The names of the fields are set to what the service calls them in its errors.
  value() {
    this.number();
    const text = (controls) => Object.fromEntries(Object.entries(controls).map(([name, one]) => [name, one.value?.trim?.() ?? one.value]));
    const phases = this.controls.phases.map(text);
    const targets = this.controls.targets.map((one) => target(text(one), one));
    return { ...text(this.own), phases, targets };
  }

  number() {
    for (const name of ['phases', 'targets'])
      this.controls[name].forEach((controls, i) => {
        for (const [key, one] of Object.entries(controls)) one.closest('[data-field]').dataset.field = `${name}.${i}.${key}`;
      });
  }
}

function target(said, controls) {
  const aim = Number(said.aim);
  if (said.aim === '' || !(aim > 0 && aim <= 100)) throw new BadField(controls.aim.closest('[data-field]').dataset.field, t('A number above 0 and at most 100, please.'));
  return { ...said, aim: aim / 100, categories: said.what === 'closed' ? said.categories : [] };
}

const names = (row) => ({ name_zh: input('name_zh', row.name_zh, { maxlength: 60 }), name_en: input('name_en', row.name_en, { maxlength: 60 }) });

const days = (row) => ({ begin: input('begin', row.begin, { type: 'date' }), end: input('end', row.end, { type: 'date' }) });

const namesFields = ({ name_zh: zh, name_en: en }) =>
  h('div', { class: 'pair' }, field(t('Name in Chinese'), zh, { required: true }), field(t('Name in English'), en));

// Kinds of problems, major ones with their minor ones; none = all.
class Kinds {
  constructor(categories, chosen) {
    this.rows = categories;
    this.chosen = new Set(chosen);
  }

  get value() {
    return this.rows.map((one) => one.code).filter((code) => this.chosen.has(code));
  }

  closest(selector) {
    return this.element.closest(selector);
  }

  field() {
    this.summary = h('summary', {});
    const rows = this.rows.map((one) => h('li', { class: one.parent ? 'minor' : '' }, this.box(one)));
    this.element = h(
      'div',
      { class: 'field', 'data-field': 'categories' },
      h('span', { class: 'label' }, t('Kinds of problems')),
      h('details', { class: 'kind-choice' }, this.summary, h('ul', {}, rows)),
      h('p', { class: 'field-error', hidden: true }),
    );
    this.say();
    return this.element;
  }

  box({ code, name }) {
    const change = (event) => {
      if (event.target.checked) this.chosen.add(code);
      else this.chosen.delete(code);
      this.say();
    };
    return h('label', { class: 'check' }, h('input', { type: 'checkbox', value: code, checked: this.chosen.has(code), onchange: change }), h('span', {}, `${code} ${name}`));
  }

  say() {
    const names = this.rows.filter((one) => this.chosen.has(one.code)).map((one) => one.name);
    fill(this.summary, names.length ? names.join(t(', ')) : t('All kinds'));
  }
}
