// Look-backs: which closed cases must be looked at again, and what was seen there, with one tap.

import { get, post } from './api.js';
import { fill, h, icon } from './dom.js';
import { busy, field, textarea } from './form.js';
import { actingField, actingPerson } from './people.js';
import { toast, told } from './toast.js';
import { day, now, span, t, time } from './words.js';

const RESULTS = () => [
  ['held', 'check', t('Still in order')],
  ['rebound', 'undo', t('It is back')],
  ['unable', 'hide', t('Could not look')],
];
const SIGNS = { held: 'check', rebound: 'undo', unable: 'hide', cancelled: 'close' };

// What is overdue and what comes within a week, of the acting person where one is chosen; `onopen(problem id)`.
export function dueList({ onopen, ondone }) {
  const rows = h('div', {});
  const place = h('section', { id: 'look-backs' }, actingField({ onchange: () => load() }).element, rows);
  const load = async () => {
    const person = actingPerson()?.code || '';
    const [late, week] = await Promise.all([
      told(() => get('/look-backs', { due: 'overdue', person })),
      told(() => get('/look-backs', { due: 'week', person })),
    ]);
    if (!late || !week) return;
    const known = new Set(late.map(({ id }) => id));
    const coming = week.filter(({ id }) => !known.has(id));
    fill(rows, heads(late, coming), list(late, options), list(coming, options));
  };
  const done = (answer) => {
    load();
    ondone(answer);
  };
  const options = { onopen, ondone: done };
  load();
  return place;
}

function heads(late, coming) {
  if (!late.length && !coming.length) return h('p', { class: 'notice ok' }, icon('check'), h('span', {}, t('Nothing to look back at this week.')));
  const person = actingPerson();
  const whose = person ? t('Of {name} and of nobody in particular.', { name: person.name }) : t('Of everybody.');
  return h('p', { class: 'hint' }, t('{late} overdue, {coming} within a week.', { late: late.length, coming: coming.length }), ' ', whose);
}

const list = (rows, options) => rows.length > 0 && h('ul', { class: 'look-backs' }, rows.map((row) => item(row, options)));

function item(row, { onopen, ondone }) {
  const late = Date.parse(row.due_at) < now();
  const sub = [row.place_name || row.code, row.person_name];
  return h(
    'li',
    { 'data-look-back': row.id },
    h(
      'button',
      { type: 'button', class: 'row', onclick: () => onopen?.(row.problem_id) },
      icon('clock'),
      h('span', { class: 'row-text' }, h('b', {}, row.category_name), h('small', {}, sub.filter(Boolean).join(' · '))),
      h('span', { class: late ? 'due late' : 'due' }, dueText(row, late)),
    ),
    buttons(row, ondone),
  );
}

function dueText(row, late) {
  const apart = Math.abs(Date.parse(row.due_at) - now());
  return late ? t('{time} late', { time: span(apart) }) : t('Due in {time}', { time: span(apart) });
}

// One tap tells that it holds; what is back, or could not be seen, asks for a word first.
export function buttons(row, ondone) {
  const place = h('div', { class: 'look-back-results' });
  const choose = (result) => (result === 'held' ? send({ result }) : ask(result));
  const send = async (body) => {
    const by = actingPerson()?.code || '';
    const answer = await told(() => post(`/look-backs/${row.id}`, { by, ...body }));
    if (!answer) return;
    toast(answer.reported ? t('Reported anew as {code}.', { code: answer.reported.properties.code }) : t('Look-back recorded.'));
    ondone(answer);
  };
  const ask = (result) => fill(place, wordForm(result, send, show));
  const show = () =>
    fill(
      place,
      RESULTS().map(([result, drawing, title]) =>
        h('button', { type: 'button', class: 'btn small', 'data-result': result, onclick: () => choose(result) }, icon(drawing), title),
      ),
    );
  show();
  return place;
}

function wordForm(result, send, cancel) {
  const note = textarea('note', '', { rows: 2, required: result === 'unable' });
  const title = result === 'rebound' ? t('What is there now?') : t('Why not?');
  const ok = h('button', { type: 'submit', class: 'btn small primary' }, result === 'rebound' ? t('Report it anew') : t('Save'));
  const back = h('button', { type: 'button', class: 'btn small quiet', onclick: cancel }, t('Cancel'));
  const onsubmit = (event) => {
    event.preventDefault();
    busy(ok, () => send({ result, note: note.value.trim() }));
  };
  return h('form', { class: 'look-back-form', onsubmit }, field(title, note, { required: result === 'unable' }), h('div', { class: 'buttons' }, ok, back));
}

// All look-backs of one problem, done and to come.
export function schedule(rows, ondone) {
  return h(
    'ul',
    { class: 'look-back-schedule' },
    rows.map((row) => h('li', { class: row.result || 'open', 'data-look-back': row.id }, icon(SIGNS[row.result] || 'clock'), line(row), !row.result && buttons(row, ondone))),
  );
}

const line = (row) =>
  h(
    'div',
    {},
    h('b', {}, row.result_name || t('Due {time}', { time: day(row.due_at) })),
    h('small', {}, [row.result ? time(row.done_at) : row.person_name, row.by_name].filter(Boolean).join(' · ')),
    row.note && h('p', {}, row.note),
  );
