// The working hours of a day, and the days of the week that are worked.

import { weekdayName } from './calendar-year.js';
import { fill, h, icon } from './dom.js';
import { busy, showErrors } from './form.js';
import { toast } from './toast.js';
import { t } from './words.js';

// `save({hours, weekdays})` stores them.
export function hoursForm(calendar, save) {
  const spans = h('div', { class: 'spans', 'data-field': 'hours' });
  const error = () => h('p', { class: 'field-error', hidden: true });
  const add = (span) => spans.insertBefore(spanRow(span), spans.lastElementChild);
  spans.append(error());
  calendar.hours.forEach(add);
  const more = h('button', { type: 'button', class: 'btn small quiet', onclick: () => add(['', '']) }, icon('plus'), t('Add hours'));
  const week = h(
    'div',
    { class: 'week', role: 'group', 'aria-label': t('Days of the week'), 'data-field': 'weekdays' },
    [0, 1, 2, 3, 4, 5, 6].map((number) => weekdayBox(number, calendar.weekdays.includes(number))),
    error(),
  );
  const answer = h('p', { class: 'notice error', role: 'alert', hidden: true });
  const send = h('button', { type: 'submit', class: 'btn primary' }, t('Save the hours'));
  const form = h(
    'form',
    { class: 'form hours-form', novalidate: true },
    h('div', {}, h('h2', {}, t('Hours of work')), h('p', {}, t('The clocks of working hours and working days run in these hours only.'))),
    h('div', { class: 'hours-fields' }, spans, more, week),
    answer,
    h('div', { class: 'buttons' }, send),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    busy(send, () => submit(form, answer, save));
  });
  return form;
}

function spanRow([from, to]) {
  // A plain text: the browser's own field for a time would show a.m. and p.m. on some machines.
  const time = (value, label) =>
    h('input', {
      class: 'input',
      type: 'text',
      inputmode: 'numeric',
      maxlength: 5,
      placeholder: '08:30',
      value,
      'aria-label': label,
    });
  const row = h(
    'div',
    { class: 'span' },
    time(from, t('Hours from')),
    '–',
    time(to, t('Hours until')),
    h(
      'button',
      { type: 'button', class: 'btn icon-only quiet', 'aria-label': t('Remove these hours'), onclick: () => row.remove() },
      icon('close'),
    ),
  );
  return row;
}

const weekdayBox = (number, checked) =>
  h(
    'label',
    { class: 'chip-check' },
    h('input', { type: 'checkbox', name: 'weekday', value: number, checked }),
    h('span', {}, weekdayName(number)),
  );

async function submit(form, answer, save) {
  const hours = [...form.querySelectorAll('.span')].map((row) => [...row.querySelectorAll('input')].map((one) => one.value));
  const weekdays = [...form.querySelectorAll('[name=weekday]:checked')].map((box) => Number(box.value));
  try {
    answer.hidden = true;
    await save({ hours, weekdays });
    toast(t('Saved'));
  } catch (error) {
    answer.hidden = false;
    fill(answer, showErrors(form, error));
  }
}
