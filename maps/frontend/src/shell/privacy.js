// Data of persons: somebody's own as a file, their erasure, and for how many days things are kept.

import { address, get, post, put } from './api.js';
import { askForm } from './dialog.js';
import { fill, find, h, icon } from './dom.js';
import { busy, field, input, showErrors } from './form.js';
import { personField } from './person-field.js';
import { toast, told } from './toast.js';
import { count, t } from './words.js';

export function start() {
  personForm(find('#person'));
  told(() => loadRetention(find('#retention')));
}

function personForm(place) {
  const buttons = h('div', { class: 'buttons' });
  const whose = personField({ name: 'person', label: t('Whose data'), onpick: (person) => offer(buttons, person) });
  fill(place, h('h2', {}, t('A person’s data')), h('div', { class: 'form' }, whose.element, buttons));
}

function offer(buttons, person) {
  const file = address(`/people/${encodeURIComponent(person.code)}/data`);
  fill(
    buttons,
    h('a', { class: 'btn', href: file, download: true, 'data-do': 'export' }, icon('download'), t('Everything held of {name}', { name: person.name })),
    h('button', { type: 'button', class: 'btn danger', 'data-do': 'erase', onclick: () => askErase(person) }, icon('trash'), t('Erase {name}', { name: person.name })),
  );
}

function askErase(person) {
  const heir = personField({ name: 'to', label: t('Who takes over'), hint: t('Needed where somebody still answers for places or open cases.') });
  askForm({
    title: t('Erase {name} for good?', { name: person.name }),
    parts: [
      h('p', {}, t('Name, phone, account, contact and notices are removed; the history calls them by a pseudonym. This cannot be undone. Backups made before still hold them.')),
      heir.element,
    ],
    save: t('Erase for good'),
    onsave: async () => {
      const done = await post(`/people/${encodeURIComponent(person.code)}/erase`, { to: heir.value()?.code || '' });
      toast(t('Erased; the history calls them {pseudonym} now.', { pseudonym: done.pseudonym }));
      personForm(find('#person'));
    },
  });
}

async function loadRetention(place) {
  const kept = await get('/retention');
  const fields = kept.settings.map(dayField);
  const answer = h('p', { class: 'notice error', role: 'alert', hidden: true });
  const send = h('button', { type: 'submit', class: 'btn primary' }, t('Save'));
  const form = h('form', { class: 'form', novalidate: true }, fields, answer, h('div', { class: 'buttons' }, send));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    busy(send, () => save({ place, form, answer, kept }));
  });
  fill(place, h('h2', {}, t('How long things are kept')), h('p', { class: 'muted' }, t('What is older is forgotten once a day, and the audit says how much.')), form);
}

const dayField = (one) =>
  field(`${one.title} (${t('days')})`, input(one.name, one.days, { type: 'number', min: one.least, max: one.most, step: 1, inputmode: 'numeric' }), {
    hint: t('{least} to {most} days', { least: count(one.least), most: count(one.most) }),
  });

async function save({ place, form, answer, kept }) {
  const days = Object.fromEntries(kept.settings.map(({ name }) => [name, Number(form.elements[name].value)]));
  try {
    answer.hidden = true;
    await put('/retention', { days }, { 'If-Match': `"${kept.version}"` });
    toast(t('Saved.'));
    await loadRetention(place);
  } catch (error) {
    answer.hidden = false;
    fill(answer, showErrors(form, error));
  }
}
