// A ranking as horizontal bars: a name, a length, a number; the late part is said in words too.

import { h } from './dom.js';
import { tint } from './states.js';
import { count, t } from './words.js';

const SHOWN = 20;

// `rows`: {title, note, value, late, look, onclick}, in the order to show them.
export function bars(rows, none) {
  const some = rows.filter((row) => row.value > 0).slice(0, SHOWN);
  if (!some.length) return h('p', { class: 'empty' }, none);
  const most = Math.max(...some.map((row) => row.value));
  return h(
    'ol',
    { class: 'bars' },
    some.map((row) => h('li', {}, line(row, most))),
  );
}

function line({ title, note, value, late, look, onclick }, most) {
  const late_text = late > 0 && t('{n} overdue', { n: count(late) });
  const parts = [
    h(
      'span',
      { class: 'bar-title' },
      h('b', {}, title),
      h('small', {}, [note, late_text].filter(Boolean).join(' · ')),
    ),
    h('span', { class: 'bar-value' }, count(value)),
    h('span', {
      class: look ? 'bar-track tinted' : 'bar-track',
      'aria-hidden': 'true',
      style: { '--w': `${(100 * value) / most}%`, ...(look ? tint(...look) : {}) },
    }),
  ];
  return onclick
    ? h('button', { type: 'button', class: 'bar-row', onclick }, parts)
    : h('div', { class: 'bar-row' }, parts);
}
