// What a day is: as the week has it, a holiday, or a working day that makes up for one.

import { dayName, kindWord } from './calendar-year.js';
import { askForm } from './dialog.js';
import { h } from './dom.js';
import { field, input } from './form.js';
import { t } from './words.js';

// The festivals, by the names under which they ship; an administrator may write any other name.
const festivals = () => ({
  "New Year's Day": t("New Year's Day"),
  'Spring Festival': t('Spring Festival'),
  'Tomb-sweeping Day': t('Tomb-sweeping Day'),
  'Labour Day': t('Labour Day'),
  'Dragon Boat Festival': t('Dragon Boat Festival'),
  'Mid-autumn Festival': t('Mid-autumn Festival'),
  'National Day': t('National Day'),
});

// `onsave({day, kind, name})` stores it, `onclosed()` comes when the window is gone.
export function askDay(calendar, day, { onsave, onclosed }) {
  const entry = calendar.days.find((one) => one.day === day);
  const number = (new Date(Date.parse(day)).getUTCDay() + 6) % 7;
  const plain = calendar.weekdays.includes(number) ? kindWord('work') : kindWord('rest');
  const name = input('days.0.name', entry?.title || '', { list: 'festivals', maxlength: 60, autocomplete: 'off' });
  const kinds = [
    ['', t('As the week has it: {kind}', { kind: plain })],
    ['holiday', kindWord('holiday')],
    ['workday', kindWord('workday')],
  ];
  askForm({
    title: dayName(day),
    parts: [
      kindChoice(kinds, entry?.kind || ''),
      field(t('Name'), name, { hint: t('For a make-up day, the festival that it makes up for.') }),
      h('datalist', { id: 'festivals' }, Object.values(festivals()).map((title) => h('option', { value: title }))),
      entry?.source && h('p', { class: 'hint' }, t('Source: {source}', { source: entry.source })),
    ],
    save: t('Save'),
    onclosed,
    onsave: (form) => onsave({ day, kind: form.elements.kind.value, name: nameOf(name.value.trim()) }),
  });
}

function kindChoice(kinds, chosen) {
  return h(
    'fieldset',
    { class: 'field', 'data-field': 'days.0.kind' },
    h('legend', {}, t('This day is')),
    h('div', {}, kinds.map(([value, title]) => kindBox(value, title, value === chosen))),
    h('p', { class: 'field-error', hidden: true }),
  );
}

const kindBox = (value, title, checked) =>
  h('label', { class: 'check' }, h('input', { type: 'radio', name: 'kind', value, checked }), title);

const nameOf = (said) => Object.entries(festivals()).find(([, title]) => title === said)?.[0] ?? said;
