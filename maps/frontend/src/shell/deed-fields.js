// The fields that a move or an act may ask for: each makes its element and tells its value.

import { get, table } from './api.js';
import { codes, word } from './choices.js';
import { fill, h } from './dom.js';
import { field, input, select, textarea } from './form.js';
import { caseChoice } from './case-choice.js';
import { LEVELS } from './levels.js';
import { personField } from './person-field.js';
import { told } from './toast.js';
import { day, now, t } from './words.js';

const TOWN_OFFSET = '+08:00';

// `about`: {feature, required}. A value that is '' is not sent.
const MAKERS = {
  note: ({ required }) => {
    const control = textarea('note', '', { maxlength: 2000, required });
    return plain(required ? t('Note') : t('Note (optional)'), control, { required });
  },
  document: ({ required }) =>
    plain(t('Document number'), input('document', '', { maxlength: 200 }), { required }),
  day: ({ required }) => {
    const control = input('until', '', { type: 'date', min: day(new Date(now()).toISOString()) });
    return plain(t('Until'), control, { required });
  },
  moment: ({ required }) => {
    const control = input('until', '', { type: 'datetime-local' });
    const made = plain(t('Until'), control, { required });
    return { ...made, value: () => control.value && `${control.value}:00${TOWN_OFFSET}` };
  },
  recheck_level: ({ feature }) => {
    const needed = feature.properties.recheck_level;
    const high = LEVELS.slice(LEVELS.indexOf(needed)).map((level) => [level, word('source_level', level)]);
    const hint = t('Found by: {level}. Only a re-check at that level or above closes it; name its document.', {
      level: word('source_level', needed),
    });
    return plain(t('Level of the re-check'), select('recheck_level', [['', t('Our own check')], ...high]), { hint });
  },
  handler: () => {
    const hint = t('A contractor, for example; left empty, whoever answers for the place.');
    const picker = personField({ name: 'handler', label: t('Put right by (optional)'), hint });
    return { element: picker.element, value: () => picker.value()?.code ?? '' };
  },
  duplicate_of: ({ feature }) => caseChoice(feature),
  outcome: ({ required }) => {
    const kinds = codes('outcome').map((code) => [code, word('outcome', code)]);
    return plain(t('Outcome'), select('outcome', [['', t('Choose …')], ...kinds]), { required });
  },
  amount_cny: () => {
    const control = input('amount_cny', '', { type: 'number', min: 0, step: 'any', inputmode: 'decimal' });
    const made = plain(t('Amount (CNY)'), control, { hint: t('Of a fine only.') });
    return { ...made, value: () => (control.value === '' ? '' : Number(control.value)) };
  },
  department: ({ feature, required }) => {
    const names = (feature.properties.co_departments || []).map(({ name }) => [name, name]);
    return plain(t('Department'), select('department', names), { required });
  },
  new_department: ({ required }) => {
    const list = h('datalist', { id: 'departments' });
    told(async () => {
      const names = (await table('/categories')).map((one) => one.department).filter(Boolean);
      fill(list, [...new Set(names)].sort().map((value) => h('option', { value })));
    });
    const control = input('department', '', { maxlength: 80, list: list.id, autocomplete: 'off' });
    const made = plain(t('Department'), control, { required });
    return { ...made, element: h('div', {}, made.element, list) };
  },
  stage: ({ feature, required }) => {
    const control = select('stage', []);
    told(async () => {
      const { deadlines } = await get(`/problems/${feature.properties.id}/deadlines`);
      const open = deadlines.filter((one) => one.label && !one.ended_at);
      fill(control, open.map((one) => h('option', { value: one.label }, one.label_name)));
    });
    return plain(t('Milestone'), control, { required });
  },
};

const plain = (label, control, options) => ({
  element: field(label, control, options),
  value: () => control.value.trim(),
});

// {name, element, value()} of the field `kind`; `kind` is one of MAKERS, "day" and "moment" both tell `until`.
export function deedField(kind, about) {
  const name = { day: 'until', moment: 'until', new_department: 'department' }[kind] || kind;
  return { name, ...MAKERS[kind](about) };
}
