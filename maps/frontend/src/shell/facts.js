// Pairs of a name and a value, and tables: the two forms in which the panel tells plain facts.

import { h } from './dom.js';

// `pairs`: [name, value]; a pair without a value is left out.
export function facts(pairs) {
  const told = pairs.filter(
    ([, value]) => value !== '' && value !== null && value !== undefined && value !== false,
  );
  return h(
    'dl',
    { class: 'facts' },
    told.map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]),
  );
}

// `heads`: texts of the columns; `rows`: <tr> elements.
export function tableOf(heads, rows, name = '') {
  const titles = heads.map((title) => h('th', { scope: 'col' }, title));
  const head = h('thead', {}, h('tr', {}, titles));
  return h('table', { class: `table ${name}` }, head, h('tbody', {}, rows));
}
