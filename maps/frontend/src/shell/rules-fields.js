// The fields of a category: each with its control and its value, as plain data.

import { split } from './card-tags.js';
import { h } from './dom.js';
import { field, input, select, textarea } from './form.js';
import { codes, word } from './choices.js';
import { limitRow, stageRows } from './rules-stages.js';
import { t } from './words.js';

const plain = (name, control, options) => ({
  name,
  element: field(labels()[name], control, options),
  value: () => control.value.trim(),
});

const text = (name, said) => plain(name, input(name, said, { maxlength: 500 }));

const long = (name, said) => plain(name, textarea(name, said, { maxlength: 500, rows: 2 }));

const number = (name, said) => {
  const control = input(name, said, { type: 'number', step: 'any', min: 0 });
  return { ...plain(name, control), value: () => (control.value === '' ? null : Number(control.value)) };
};

const flag = (name, said) => {
  const box = h('input', { type: 'checkbox', name, checked: said });
  const element = h(
    'div',
    { class: 'field', 'data-field': name },
    h('label', { class: 'check' }, box, h('span', {}, labels()[name])),
    h('p', { class: 'field-error', hidden: true }),
  );
  return { name, element, value: () => box.checked };
};

const oneOf = (options) => (name, said, more) => plain(name, select(name, options(more), said));

const someOf = (table) => (name, said) => {
  const boxes = codes(table).map((code) => h('input', { type: 'checkbox', value: code, checked: said.includes(code) }));
  const lines = boxes.map((box) => h('label', { class: 'check' }, box, h('span', {}, word(table, box.value))));
  const element = h(
    'fieldset',
    { class: 'field', 'data-field': name },
    h('legend', {}, labels()[name]),
    h('div', { class: 'check-line' }, lines),
    h('p', { class: 'field-error', hidden: true }),
  );
  return { name, element, value: () => boxes.filter((box) => box.checked).map((box) => box.value) };
};

const days = (name, said) => {
  const control = input(name, said.join(', '), { inputmode: 'numeric' });
  const value = () => control.value.split(/[\s,，、;；]+/).filter(Boolean).map(Number);
  return { ...plain(name, control, { hint: t('Growing, e.g. 7, 30, 90; empty = none.') }), value };
};

const names = (name, said) => {
  const control = input(name, said.join('，'), { maxlength: 500 });
  return { ...plain(name, control, { hint: t('Separated by commas.') }), value: () => split(control.value) };
};

const worded = (table) => () => codes(table).map((code) => [code, word(table, code)]);

const LADDER_TITLES = () => ({ none: t('No escalation'), ordinary: t('Ordinary'), urgent: t('Urgent') });
const ladderChoices = ({ ladders }) => ladders.map((key) => [key, LADDER_TITLES()[key] ?? key]);

// By section: [title, [[field, maker], …]]; a maker takes (name, value, {ladders}) and gives {name, element, value()}.
export const sections = () => [
  [t('Name and place'), [
    ['name_zh', text],
    ['name_en', text],
    ['department', text],
    ['co_departments', names],
    ['standard_code', text],
    ['face', oneOf(worded('face'))],
    ['weight', number],
    ['geometry_types', someOf('geometry_type')],
    ['public', flag],
  ]],
  [t('Filing and closing'), [
    ['open_when_zh', long],
    ['open_when_en', long],
    ['close_when_zh', long],
    ['close_when_en', long],
    ['open_photos', someOf('photo_role')],
    ['close_photos', someOf('photo_role')],
  ]],
  [t('Deadlines'), [
    ['case_limit', limitRow],
    ['stages', stageRows],
    ['ladder', oneOf(ladderChoices)],
  ]],
  [t('After the closing'), [
    ['hold_days', number],
    ['look_back_days', days],
    ['rebound_radius_m', number],
    ['rebound_days', number],
  ]],
];

// The label of every field, for what changed between versions.
export const labels = () => ({
  name_zh: t('Name in Chinese'),
  name_en: t('Name in English'),
  department: t('Lead department'),
  co_departments: t('Co-departments'),
  standard_code: t('Class in GB/T 30428.2'),
  face: t('Kind of untidiness'),
  weight: t('Weight in the score'),
  geometry_types: t('Shown on the map as'),
  public: t('May be reported without signing in'),
  open_when_zh: t('When a case is filed (Chinese)'),
  open_when_en: t('When a case is filed (English)'),
  close_when_zh: t('When a case is closed (Chinese)'),
  close_when_en: t('When a case is closed (English)'),
  open_photos: t('Photos needed to file'),
  close_photos: t('Photos needed to report it fixed'),
  case_limit: t('Whole case'),
  stages: t('Stages'),
  ladder: t('Ladder of escalation'),
  hold_days: t('Hold period (days)'),
  look_back_days: t('Look-backs after (days)'),
  rebound_radius_m: t('Rebound within (m)'),
  rebound_days: t('Rebound within (days)'),
  retired: t('Retired'),
});
