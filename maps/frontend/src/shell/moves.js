// What may be done with a problem now: one button per allowed move, a short form, a clear answer.

import { post } from './api.js';
import { fill, h } from './dom.js';
import { busy, field, showErrors, textarea } from './form.js';
import { actingField } from './people.js';
import { toast } from './toast.js';
import { t } from './words.js';

// `onmoved()` is called when the service has taken the move.
export function moveButtons(problem, onmoved) {
  const moves = problem.moves || [];
  if (!moves.length) return null;
  const place = h('div', { class: 'moves' });
  const offer = () =>
    fill(
      place,
      moves.map((move, i) => button(move, i === 0, () => ask(move))),
    );
  const ask = (move) => {
    fill(place, moveForm({ problem, move, onmoved, oncancel: offer }));
    place.querySelector('textarea').focus();
  };
  offer();
  return h('section', { 'aria-label': t('What can be done now') }, place);
}

const button = (move, first, onclick) =>
  h(
    'button',
    { type: 'button', class: first ? 'btn primary' : 'btn', 'data-move': move.to, onclick },
    move.title,
  );

function moveForm({ problem, move, onmoved, oncancel }) {
  const needsNote = (move.needs || []).includes('note');
  const note = textarea('note', '', { maxlength: 2000, required: needsNote });
  const who = actingField();
  const answer = h('p', { class: 'notice error', role: 'alert', hidden: true });
  const send = h('button', { type: 'submit', class: 'btn primary' }, move.title);
  const cancel = h('button', { type: 'button', class: 'btn quiet', onclick: oncancel }, t('Cancel'));
  const form = h(
    'form',
    { class: 'form boxed', 'data-move': move.to, novalidate: true },
    field(needsNote ? t('Note') : t('Note (optional)'), note, { required: needsNote }),
    who.element,
    answer,
    h('div', { class: 'buttons' }, send, cancel),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    busy(send, () =>
      submit({ problem, move, note: note.value.trim(), by: who.value()?.code, form, answer, onmoved }),
    );
  });
  return form;
}

async function submit({ problem, move, note, by, form, answer, onmoved }) {
  try {
    answer.hidden = true;
    await post(`/problems/${problem.id}/moves`, { to: move.to, note, ...(by ? { by } : {}) });
    toast(t('Done: {move}', { move: move.title }));
    onmoved();
  } catch (error) {
    answer.hidden = false;
    fill(answer, showErrors(form, error));
  }
}
