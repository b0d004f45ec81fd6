// Fields of forms: label, control, hint and error belong together for eyes and screen readers alike.

import { fill, findAll, h } from './dom.js';

let numbered = 0;
const newId = () => `field-${++numbered}`;

// A labelled control; `control` gets an id, its name keys the errors of the service.
export function field(label, control, { hint = '', required = false } = {}) {
  control.id ||= newId();
  const error = h('p', { class: 'field-error', id: `${control.id}-error`, hidden: true });
  const note = hint && h('p', { class: 'hint', id: `${control.id}-hint` }, hint);
  control.setAttribute('aria-describedby', [note && note.id, error.id].filter(Boolean).join(' '));
  if (required) control.setAttribute('aria-required', 'true');
  const title = h(
    'label',
    { for: control.id },
    label,
    required && h('span', { class: 'required', 'aria-hidden': 'true' }, ' *'),
  );
  return h('div', { class: 'field', 'data-field': control.name || '' }, title, control, note, error);
}

export function select(name, options, chosen = '', attributes = {}) {
  const items = options.map(([value, title]) =>
    h('option', { value, selected: String(value) === String(chosen ?? '') }, title),
  );
  return h('select', { name, class: 'input', ...attributes }, items);
}

export const input = (name, value = '', attributes = {}) =>
  h('input', { name, class: 'input', type: 'text', value: value ?? '', ...attributes });

export const textarea = (name, value = '', attributes = {}) =>
  h('textarea', { name, class: 'input', rows: 3, value, ...attributes });

// One of a few choices as a row of buttons (radio buttons underneath).
export function segmented(name, options, chosen, onchange, label) {
  const items = options.map(([value, title, drawing]) =>
    h(
      'label',
      { class: 'segment' },
      h('input', { type: 'radio', name, value, checked: value === chosen, onchange: () => onchange(value) }),
      h('span', {}, drawing, title),
    ),
  );
  return h('div', { class: 'segments', role: 'radiogroup', 'aria-label': label }, items);
}

// What is wrong with one field, found before anything is sent; said like an answer of the service.
export class BadField extends Error {
  constructor(name, detail) {
    super('');
    this.fields = [{ field: name, detail }];
  }
}

// Says each error beside its field; what belongs to no field is returned as text.
export function showErrors(form, error) {
  clearErrors(form);
  const rest = (error.fields || []).filter((one) => !say(form, one));
  return [error.message, ...rest.map((one) => one.detail)]
    .filter((text, i, all) => text && all.indexOf(text) === i)
    .join(' ');
}

function say(form, { field: name, detail }) {
  const place = findAll('[data-field]', form).find((one) => one.dataset.field && one.dataset.field === name);
  if (!place) return false;
  const line = place.querySelector('.field-error');
  line.hidden = false;
  fill(line, detail);
  place.querySelector('.input')?.setAttribute('aria-invalid', 'true');
  return true;
}

export function clearErrors(form) {
  findAll('.field-error', form).forEach((line) => {
    line.hidden = true;
  });
  findAll('[aria-invalid]', form).forEach((control) => control.removeAttribute('aria-invalid'));
}

// Runs an action while the button is busy, so that nothing is sent twice by a double click.
export async function busy(button, action) {
  if (button.getAttribute('aria-busy') === 'true') return undefined;
  button.setAttribute('aria-busy', 'true');
  try {
    return await action();
  } finally {
    button.removeAttribute('aria-busy');
  }
}
