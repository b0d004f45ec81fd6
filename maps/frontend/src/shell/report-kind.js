// The kind of a problem in two steps, with what it brings: when a case is filed, by when it is put right.

import { amount } from './card-clocks.js';
import { word } from './choices.js';
import { fill, h } from './dom.js';
import { field, select } from './form.js';
import { t } from './words.js';

// {elements, category()}; `onchoose(code)` tells of another kind.
export function kindFields(categories, chosen, onchoose) {
  const find = (code) => categories.find((one) => one.code === code);
  const known = find(chosen);
  const hint = h('div', { class: 'kind-hint' });
  const kind = select('category', options(categories, known?.parent), known?.code || '', { disabled: !known });
  const groups = categories.filter((one) => !one.parent).map((one) => [one.code, one.name]);
  const group = select('category_group', [['', t('Choose …')], ...groups], known?.parent || '');
  const choose = () => {
    fill(hint, about(find(kind.value)));
    onchoose(kind.value);
  };
  group.addEventListener('change', () => {
    const own = options(categories, group.value);
    fill(kind, own.map(([value, title]) => h('option', { value }, title)));
    kind.disabled = !group.value;
    if (own.length === 2) kind.value = own[1][0];
    choose();
  });
  kind.addEventListener('change', choose);
  fill(hint, about(known));
  return {
    elements: [
      field(t('Kind group'), group, { required: true }),
      h('div', {}, field(t('Kind'), kind, { required: true }), hint),
    ],
    category: () => find(kind.value),
  };
}

function options(categories, parent) {
  const own = categories.filter((one) => one.parent && one.parent === parent);
  return [['', t('Choose …')], ...own.map((one) => [one.code, one.name])];
}

const limitOf = ({ clock, limit }) => amount(clock, limit);

const stageName = (one) => [word('stage', one.name), one.label_name].filter(Boolean).join(' · ');

function about(category) {
  if (!category) return null;
  const stages = category.stages.map((one) => `${stageName(one)} ${limitOf(one)}`);
  const shapes = category.geometry_types.map((type) => word('geometry_type', type));
  return [
    category.open_when && h('p', { class: 'hint' }, h('b', {}, t('A case is filed when')), ' ', category.open_when),
    h('p', { class: 'hint' }, t('To be put right and checked within {limit}', { limit: limitOf(category.case_limit) })),
    stages.length > 0 && h('p', { class: 'hint stages' }, stages.join(' → ')),
    shapes.length < 3 && h('p', { class: 'hint' }, t('Shown on the map as: {shapes}', { shapes: shapes.join(t(', ')) })),
  ];
}
