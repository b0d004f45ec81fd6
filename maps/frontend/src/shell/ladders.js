// The ladders of escalation: for each one its steps, when they come and to whom they go.

import { get, put } from './api.js';
import { fill, find, h, icon } from './dom.js';
import { askForm } from './dialog.js';
import { busy, field, input, select, showErrors } from './form.js';
import { toast } from './toast.js';
import { t } from './words.js';

const NONE = 'none';
const titles = () => ({ ordinary: t('Ordinary'), urgent: t('Urgent') });
const titleOf = (key) => titles()[key] || key;
const NEW_STEP = { of: 'stage', step: 'reminder', clock: 'working_hours', offset: 0, addressed_to: 'handler' };

let sheet = null;

export async function startLadders() {
  show(await get('/ladders'));
}

function show(answer) {
  sheet = answer;
  const keys = Object.keys(sheet.ladders).filter((key) => key !== NONE);
  const add = h('button', { type: 'button', class: 'btn', onclick: askNew }, icon('plus'), t('New ladder'));
  fill(
    find('#ladders'),
    h('h2', {}, t('Ladders of escalation')),
    h('p', { class: 'muted' }, t('A category names its ladder. Each step is taken once for each due time, by the service itself, and stays on record.')),
    h('div', { class: 'ladders' }, keys.map(ladderCard)),
    add,
  );
}

function ladderCard(key) {
  const list = h('ol', { class: 'ladder-steps' }, sheet.ladders[key].map(stepRow));
  const answer = h('p', { class: 'notice error', role: 'alert', hidden: true });
  const more = h(
    'button',
    { type: 'button', class: 'btn small quiet', onclick: () => list.append(stepRow(NEW_STEP)) },
    icon('plus'),
    t('Add a step'),
  );
  const send = h('button', { type: 'submit', class: 'btn primary' }, t('Save the ladder'));
  const form = h(
    'form',
    { class: 'card ladder', novalidate: true, 'data-ladder': key },
    h('h3', {}, titleOf(key)),
    list,
    answer,
    h('div', { class: 'buttons' }, send, more),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    busy(send, () => submit(key, form, answer));
  });
  return form;
}

// One step in a line that reads as a sentence: step, of what, how long before or after, to whom.
function stepRow(step) {
  const pick = (name, label) =>
    select(name, sheet.choices[name].map(({ value, title }) => [value, title]), step[name], { 'aria-label': label });
  const moments = [
    ['-1', t('before it is due')],
    ['0', t('when it is due')],
    ['1', t('after it is due')],
  ];
  const when = select('when', moments, Math.sign(step.offset), {
    'aria-label': t('Before or after'),
    onchange: () => (row.dataset.when = when.value),
  });
  const amount = input('offset', Math.abs(step.offset), { type: 'number', min: 0, step: 'any', 'aria-label': t('How long') });
  const row = h(
    'li',
    { class: 'ladder-step', 'data-when': String(Math.sign(step.offset)) },
    pick('step', t('Step')),
    pick('of', t('Of what')),
    when,
    h('span', { class: 'amount' }, amount, pick('clock', t('Clock'))),
    h('span', { class: 'to' }, icon('person'), pick('addressed_to', t('Addressed to'))),
    h(
      'button',
      { type: 'button', class: 'btn icon-only quiet', 'aria-label': t('Remove this step'), onclick: () => row.remove() },
      icon('close'),
    ),
  );
  return row;
}

function stepOf(row) {
  const value = (name) => row.querySelector(`[name=${name}]`).value;
  const when = Number(value('when'));
  const offset = value('offset') === '' && when ? null : when * Number(value('offset'));
  return { of: value('of'), step: value('step'), clock: value('clock'), addressed_to: value('addressed_to'), offset };
}

async function submit(key, form, answer) {
  try {
    answer.hidden = true;
    await save({ ...sheet.ladders, [key]: [...form.querySelectorAll('.ladder-step')].map(stepOf) });
    toast(t('Saved'));
  } catch (error) {
    answer.hidden = false;
    fill(answer, showErrors(form, error));
    mark(form, key, error);
  }
}

// The field at fault: "ordinary.2.offset" is the offset of the third step.
function mark(form, key, error) {
  for (const { field: name } of error.fields || []) {
    const [ladder, at, part] = String(name).split('.');
    const row = ladder === key && form.querySelectorAll('.ladder-step')[Number(at)];
    if (row) row.querySelector(`[name=${part}]`)?.setAttribute('aria-invalid', 'true');
  }
}

async function save(ladders) {
  show(await put('/ladders', { ladders }, { 'If-Match': `"${sheet.version}"` }));
}

function askNew() {
  const name = input('ladders', '', { maxlength: 40, required: true, autocomplete: 'off' });
  askForm({
    title: t('New ladder'),
    parts: [field(t('Key'), name, { required: true, hint: t('Letters, digits and “_”; categories name the ladder by it.') })],
    save: t('Add'),
    onsave: () => save({ ...sheet.ladders, [name.value.trim()]: sheet.ladders.ordinary || [] }),
  });
}
