// A small window over the page with one form; Escape and “Cancel” close it and nothing happens.

import { fill, h } from './dom.js';
import { busy, showErrors } from './form.js';
import { t } from './words.js';

// `parts`: elements of the form; `onsave(form)` may throw: what is wrong is then said and the window stays.
// `onclosed()` comes in either case, for what was pressed may be gone and somebody must take the focus.
export function askForm({ title, parts, save, onsave, onclosed = () => {} }) {
  const answer = h('p', { class: 'notice error', role: 'alert', hidden: true });
  const send = h('button', { type: 'submit', class: 'btn primary' }, save);
  const cancel = h('button', { type: 'button', class: 'btn quiet', onclick: () => dialog.close() }, t('Cancel'));
  const form = h(
    'form',
    { class: 'form', novalidate: true },
    h('h2', { id: 'dialog-title' }, title),
    parts,
    answer,
    h('div', { class: 'buttons' }, send, cancel),
  );
  const dialog = h('dialog', { class: 'dialog', 'aria-labelledby': 'dialog-title', onclose: () => (dialog.remove(), onclosed()) }, form);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    busy(send, () => submit({ form, answer, dialog, onsave }));
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

async function submit({ form, answer, dialog, onsave }) {
  try {
    answer.hidden = true;
    await onsave(form);
    dialog.close();
  } catch (error) {
    answer.hidden = false;
    fill(answer, showErrors(form, error));
  }
}
