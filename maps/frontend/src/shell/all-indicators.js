// Every indicator of the whole town in one table: this period, the one before, and the same one a year ago.

import { change, difference } from './compared.js';
import { h } from './dom.js';
import { count, percent, t } from './words.js';

// `onshow(count)` shows the cases behind a count.
export function allIndicators({ total, previous, last_year, counts, rates }, onshow) {
  const heads = [t('Indicator'), t('This period'), t('Period before'), t('Vs. before'), t('A year ago'), t('Vs. last year')];
  const rows = [
    ...counts.map((one) => row(one, { told: count, kind: 'count', good: null, of: (at) => at?.counts[one.key], onshow })),
    ...rates.map((one) => row(one, { told: percent, kind: 'rate', good: one.more_is_better, of: (at) => at?.rates[one.key] })),
  ];
  const head = heads.map((title) => h('th', { scope: 'col' }, title));
  return h(
    'details',
    { class: 'note', id: 'all-indicators' },
    h('summary', {}, t('All indicators of the whole town')),
    h(
      'div',
      { class: 'wide-table', tabindex: '0', role: 'group', 'aria-label': t('All indicators of the whole town') },
      h('table', { class: 'table compared' }, h('thead', {}, h('tr', {}, head)), h('tbody', {}, rows)),
    ),
  );

  function row(one, { told, kind, good, of, onshow: show }) {
    const [now, then, year] = [total, previous, last_year].map(of);
    const known = (value) => (value === null || value === undefined ? '—' : told(value));
    const cell = show && now ? h('button', { type: 'button', class: 'link', onclick: () => show(one) }, known(now)) : known(now);
    const against = (other) => change(difference(now, other, kind, good));
    return h(
      'tr',
      { 'data-key': one.key },
      h('th', { scope: 'row' }, one.title),
      [cell, known(then), against(then), known(year), against(year)].map((content) => h('td', {}, content)),
    );
  }
}
