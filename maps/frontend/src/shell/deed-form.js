// One deed with a problem (a move or an act): its button, its short form, a clear answer.

import { post } from './api.js';
import { fill, h } from './dom.js';
import { deedField } from './deed-fields.js';
import { busy, showErrors } from './form.js';
import { actingPerson, mayAct, roleWords } from './people.js';
import { toast } from './toast.js';
import { t } from './words.js';

const CONFLICT = 412;

// A deed is {key: {attribute: value}, title, roles, fields: [[kind, required], …], hints, path, body}.
// Where the acting person's roles do not include it, the button is dead and says for whom it is.
export function deedButton(deed, { className = 'btn', onclick }) {
  const mine = mayAct(deed.roles);
  const whom = !mine && t('for: {roles}', { roles: roleWords(deed.roles) });
  const button = h(
    'button',
    { type: 'button', class: className, ...deed.key, disabled: !mine, onclick },
    h('span', {}, deed.title),
    whom && h('small', { class: 'for' }, whom),
  );
  return button;
}

// `ondone()` is called when the service has taken it, or has answered that the problem is another one now.
export function deedForm({ deed, feature, oncancel, ondone }) {
  const fields = deed.fields.map(([kind, required]) => deedField(kind, { feature, required }));
  const answer = h('p', { class: 'notice error', role: 'alert', hidden: true });
  const send = h('button', { type: 'submit', class: 'btn primary' }, deed.title);
  const cancel = h('button', { type: 'button', class: 'btn quiet', onclick: oncancel }, t('Cancel'));
  const form = h(
    'form',
    { class: 'form boxed deed', ...deed.key, novalidate: true, 'aria-label': deed.title },
    deed.hints,
    fields.map((one) => one.element),
    answer,
    h('div', { class: 'buttons' }, send, cancel),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    busy(send, () => submit({ deed, feature, fields, form, answer, ondone }));
  });
  return form;
}

async function submit({ deed, feature, fields, form, answer, ondone }) {
  const { id, version } = feature.properties;
  const given = fields.map(({ name, value }) => [name, value()]).filter(([, value]) => value !== '');
  const by = actingPerson()?.code;
  const body = { ...deed.body, ...Object.fromEntries(given), ...(by ? { by } : {}) };
  try {
    answer.hidden = true;
    await post(`/problems/${id}/${deed.path}`, body, { 'If-Match': `"${version}"` });
    toast(t('Done: {move}', { move: deed.title }));
    ondone();
  } catch (error) {
    answer.hidden = false;
    fill(answer, h('span', {}, showErrors(form, error)), error.status === CONFLICT && lookAgain(ondone));
  }
}

const lookAgain = (onclick) =>
  h('button', { type: 'button', class: 'btn small', onclick }, t('Show how it stands now'));
