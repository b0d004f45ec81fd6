// The town's list of tags: one on each line.

import { get, put } from './api.js';
import { fill, h } from './dom.js';
import { busy, field, showErrors, textarea } from './form.js';
import { actingPerson } from './people.js';
import { toast } from './toast.js';
import { t, time } from './words.js';

export async function tagsCard() {
  const card = h('div');
  show(card, await get('/tags'));
  return card;
}

function show(card, list) {
  const control = textarea('tags', list.tags.join('\n'), { rows: Math.max(5, list.tags.length + 1) });
  const answer = h('p', { class: 'notice error', role: 'alert', hidden: true });
  const send = h('button', { type: 'submit', class: 'btn primary' }, t('Save the list'));
  const form = h(
    'form',
    { class: 'card form', id: 'tag-list', novalidate: true },
    h('h2', {}, t('Tags of problems')),
    field(t('Tags'), control, { hint: t('One on each line, such as a project. Problems keep the tags that they have.') }),
    list.version > 0 && h('small', {}, t('Version {n}', { n: list.version }), ' · ', time(list.changed_at)),
    answer,
    h('div', { class: 'buttons' }, send),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    busy(send, () => submit({ card, list, control, form, answer }));
  });
  fill(card, form);
}

async function submit({ card, list, control, form, answer }) {
  const by = actingPerson()?.code;
  const tags = control.value.split('\n').map((one) => one.trim()).filter(Boolean);
  try {
    answer.hidden = true;
    show(card, await put('/tags', { tags, ...(by ? { by } : {}) }, { 'If-Match': `"${list.version}"` }));
    toast(t('Saved'));
  } catch (error) {
    answer.hidden = false;
    fill(answer, showErrors(form, error));
  }
}
