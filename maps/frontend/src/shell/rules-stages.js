// The limits of a category: the whole case, and its stages one by one, each by its own clock.

import { codes, word } from './choices.js';
import { h, icon } from './dom.js';
import { input, select } from './form.js';
import { t } from './words.js';

const worded = (table) => codes(table).map((code) => [code, word(table, code)]);
const NEW_STAGE = { name: 'handle', clock: 'working_days', limit: 1, label: '' };

const limitControls = (stage) => [
  input('limit', stage.limit, { type: 'number', min: 0, step: 'any', 'aria-label': t('Limit') }),
  select('clock', worded('clock'), stage.clock, { 'aria-label': t('Clock') }),
];

const read = (row, name) => row.querySelector(`[name=${name}]`).value;
const limit = (row) => (read(row, 'limit') === '' ? null : Number(read(row, 'limit')));

const boxed = (name, title, content, hint) =>
  h(
    'fieldset',
    { class: 'field', 'data-field': name },
    h('legend', {}, title),
    content,
    hint && h('p', { class: 'hint' }, hint),
    h('p', { class: 'field-error', hidden: true }),
  );

export function limitRow(name, said) {
  const row = h('div', { class: 'limit-row' }, limitControls(said));
  return {
    name,
    element: boxed(name, t('Whole case'), row),
    value: () => ({ name: 'case', clock: read(row, 'clock'), limit: limit(row), label: '' }),
  };
}

export function stageRows(name, said) {
  const list = h('ol', { class: 'stage-rows' }, said.map(stageRow));
  const more = h(
    'button',
    { type: 'button', class: 'btn small', onclick: () => list.append(stageRow(NEW_STAGE)) },
    icon('plus'),
    h('span', {}, t('Add a stage')),
  );
  const hint = t('Several stages of one kind are milestones that run side by side; give each its own label.');
  return {
    name,
    element: boxed(name, t('Stages'), [list, more], hint),
    value: () => [...list.children].map(stageOf),
  };
}

function stageRow(stage) {
  const row = h(
    'li',
    { class: 'stage-row' },
    select('stage', worded('stage'), stage.name, { 'aria-label': t('Stage') }),
    limitControls(stage),
    input('label', stage.label, { maxlength: 100, placeholder: t('Label'), 'aria-label': t('Label') }),
    h(
      'button',
      { type: 'button', class: 'btn icon-only quiet', 'aria-label': t('Remove this stage'), onclick: () => row.remove() },
      icon('close'),
    ),
  );
  return row;
}

const stageOf = (row) => ({
  name: read(row, 'stage'),
  clock: read(row, 'clock'),
  limit: limit(row),
  label: read(row, 'label').trim(),
});
