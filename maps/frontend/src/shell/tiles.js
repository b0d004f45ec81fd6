// The headline numbers, which are filters too.

import { h, icon } from './dom.js';
import { choose } from './filters.js';
import { groups, sign } from './states.js';
import { count, t } from './words.js';

const statesOf = (key) => groups().find((one) => one.key === key).states;
const sum = (by_state, key) => statesOf(key).reduce((total, state) => total + (by_state[state] || 0), 0);
const group = (key) => ({
  name: key,
  title: t(groups().find((one) => one.key === key).title),
  look: key,
  value: (summary) => sum(summary.by_state, key),
  filter: { overdue: null, state: statesOf(key).join(',') },
});

const all = () => [
  {
    name: 'overdue',
    title: t('Overdue'),
    look: 'overdue',
    value: (summary) => summary.overdue,
    filter: { overdue: '1', state: null },
  },
  {
    name: 'open',
    title: t('Open'),
    value: (summary) => summary.open,
    filter: { overdue: null, state: null },
  },
  group('doing'),
  group('check'),
];

const known = (value) => (value === null ? '—' : count(value));

// One button per number; the one that is in force is pressed. Of a day of the past (`past`) they only tell.
export function tiles(summary, { state, overdue, past }) {
  const chosen = { state: state || null, overdue: overdue || null };
  return all().map((tile) => {
    const on = Object.entries(tile.filter).every(([name, value]) => chosen[name] === value);
    return h(
      'button',
      {
        type: 'button',
        class: 'tile',
        'data-tile': tile.name,
        'aria-pressed': String(on && !past),
        disabled: Boolean(past),
        onclick: () => choose(tile.filter),
      },
      tile.look ? sign('problems', tile.look) : h('span', { class: 'mark' }, icon('list')),
      h('b', {}, known(tile.value(summary))),
      h('span', {}, tile.title),
    );
  });
}

// A number that only tells; `look` = [group, key] gives it its sign.
export const figure = ({ title, value, look, note, below }) =>
  h(
    'div',
    { class: 'tile' },
    look && sign(...look),
    h('b', {}, value),
    h('span', {}, title),
    note && h('small', {}, note),
    below,
  );
