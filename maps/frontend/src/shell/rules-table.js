// The two-level table of categories: what is asked of each kind, in a line; a line leads to its form.

import { amount } from './card-clocks.js';
import { word } from './choices.js';
import { fill, h, icon } from './dom.js';
import { askNew } from './rules-add.js';
import { t } from './words.js';

// `actions.open(code)` shows the form of a category.
export function table(categories, actions) {
  const search = h('input', {
    class: 'input',
    type: 'search',
    placeholder: t('Code or name'),
    'aria-label': t('Search'),
    oninput: () => draw(),
  });
  const retired = h('input', { type: 'checkbox', name: 'retired', onchange: () => draw() });
  const list = h('div', { class: 'rules-groups' });
  const draw = () => {
    const typed = search.value.trim().toLowerCase();
    const shown = categories.filter((one) => (retired.checked || !one.retired) && hit(one, typed));
    fill(list, groups(categories, shown, actions), !shown.length && h('p', { class: 'empty' }, t('No category matches.')));
  };
  draw();
  return h(
    'section',
    { class: 'rules' },
    h(
      'div',
      { class: 'rules-tools' },
      search,
      h('label', { class: 'check' }, retired, h('span', {}, t('Show retired ones'))),
      h(
        'button',
        { type: 'button', class: 'btn primary', id: 'add-category', onclick: () => askNew(categories, actions.open) },
        icon('plus'),
        h('span', {}, t('New category')),
      ),
    ),
    list,
  );
}

const hit = (one, typed) =>
  [one.code, one.name_zh, one.name_en].some((text) => text.toLowerCase().includes(typed));

function groups(categories, shown, actions) {
  const tops = categories.filter((one) => !one.parent);
  return tops.map((top) => {
    const rows = shown.filter((one) => one.parent === top.code);
    if (!rows.length && !shown.includes(top)) return null;
    return h(
      'section',
      { class: 'card rules-group', 'data-group': top.code },
      h(
        'h2',
        {},
        h('code', {}, top.code),
        h('button', { type: 'button', class: 'link-button', onclick: () => actions.open(top.code) }, top.name),
      ),
      h('ul', { class: 'rows' }, rows.map((one) => row(one, actions))),
    );
  });
}

function row(one, actions) {
  const marks = [
    one.retired && ['retired', t('Retired')],
    one.version > 1 && ['changed', t('Version {n}', { n: one.version })],
    one.ladder === 'urgent' && ['urgent', t('Urgent')],
  ].filter(Boolean);
  return h(
    'li',
    {},
    h(
      'button',
      { type: 'button', class: 'row rules-row', 'data-code': one.code, onclick: () => actions.open(one.code) },
      h('code', {}, one.code),
      h(
        'span',
        { class: 'row-text' },
        h('b', {}, one.name),
        h('small', {}, [one.department, afterwards(one), photos(one)].filter(Boolean).join(' · ')),
      ),
      h('span', { class: 'tags' }, marks.map(([name, text]) => h('span', { class: 'tag', 'data-tag': name }, text))),
      h('span', { class: 'quantity' }, amount(one.case_limit.clock, one.case_limit.limit)),
    ),
  );
}

const afterwards = ({ look_back_days: days }) =>
  days.length > 0 && t('look-backs after {days} days', { days: days.join(t(', ')) });

const photos = ({ close_photos: roles }) =>
  roles.length > 0 && t('photos: {roles}', { roles: roles.map((role) => word('photo_role', role)).join(t(', ')) });
