// What a finding costs in the score, by the level that found it.

import { get, put } from './api.js';
import { codes, word } from './choices.js';
import { fill, h } from './dom.js';
import { busy, field, input, showErrors } from './form.js';
import { actingPerson } from './people.js';
import { toast } from './toast.js';
import { t, time } from './words.js';

export async function costsCard() {
  const card = h('div');
  show(card, await get('/source-levels'));
  return card;
}

function show(card, costs) {
  const controls = codes('source_level').map((level) =>
    input(level, costs.points[level], { type: 'number', max: 0, min: -100, step: 'any' }),
  );
  const answer = h('p', { class: 'notice error', role: 'alert', hidden: true });
  const send = h('button', { type: 'submit', class: 'btn primary' }, t('Save the costs'));
  const form = h(
    'form',
    { class: 'card form', id: 'costs', novalidate: true },
    h('h2', {}, t('What a finding costs')),
    h('p', { class: 'hint' }, t('Points taken from the score for each problem found at that level, from now on.')),
    h('div', { class: 'cost-grid' }, controls.map((control) => field(word('source_level', control.name), control))),
    costs.version > 0 &&
      h('small', {}, t('Version {n}', { n: costs.version }), ' · ', time(costs.changed_at)),
    answer,
    h('div', { class: 'buttons' }, send),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    busy(send, () => submit({ card, costs, controls, form, answer }));
  });
  fill(card, form);
}

async function submit({ card, costs, controls, form, answer }) {
  const by = actingPerson()?.code;
  const points = Object.fromEntries(controls.map(({ name, value }) => [name, value === '' ? null : Number(value)]));
  try {
    answer.hidden = true;
    const headers = { 'If-Match': `"${costs.version}"` };
    show(card, await put('/source-levels', { points, ...(by ? { by } : {}) }, headers));
    toast(t('Saved'));
  } catch (error) {
    answer.hidden = false;
    fill(answer, showErrors(form, error));
  }
}
