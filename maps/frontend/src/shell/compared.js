// A number beside the period before (环比) and the same period a year ago (同比): arrow, difference, and in words whether
// it has become better.

import { h } from './dom.js';
import { count, decimal, t } from './words.js';

const known = (value) => value !== null && value !== undefined;

// How two numbers of a kind differ: {text, better: true, false or null}; null where either is not known.
// `kind`: "rate" (shares, told in percentage points), "score" or "count"; `isMoreBetter` null = neither is.
export function difference(now, then, kind, isMoreBetter = true) {
  if (!known(now) || !known(then)) return null;
  const by = { rate: (now - then) * 100, score: now - then, count: now - then }[kind];
  const size = kind === 'count' ? count(Math.abs(by)) : decimal(Math.abs(by), 1);
  const isSame = Number(size.replaceAll(',', '')) === 0;
  const text = kind === 'rate' ? t('{n} pp', { n: size }) : size;
  return { text, up: by > 0, isSame, better: isSame || isMoreBetter === null ? null : by > 0 === isMoreBetter };
}

const ARROWS = { same: '→', up: '▲', down: '▼' };
const directionOf = ({ isSame, up }) => (isSame ? 'same' : up ? 'up' : 'down');
const WORDS = { same: () => t('unchanged'), up: () => t('up'), down: () => t('down') };

// The difference as an element; a dash where it is not known.
export function change(found) {
  if (!found) return h('span', { class: 'change' }, '—');
  const direction = directionOf(found);
  const judged = { true: t('better'), false: t('worse') }[found.better];
  const spoken = [WORDS[direction](), judged].filter(Boolean).join(t(', '));
  return h(
    'span',
    { class: 'change', 'data-better': String(found.better), 'data-direction': direction },
    h('span', { 'aria-hidden': 'true' }, ARROWS[direction]),
    h('span', { class: 'unseen' }, spoken),
    ' ',
    found.isSame ? h('span', { 'aria-hidden': 'true' }, t('unchanged')) : found.text,
  );
}

// The two lines below a figure.
export const changes = (before, year) =>
  h(
    'dl',
    { class: 'changes' },
    h('dt', {}, t('Vs. before')),
    h('dd', { 'data-against': 'previous' }, change(before)),
    h('dt', {}, t('Vs. last year')),
    h('dd', { 'data-against': 'last_year' }, change(year)),
  );
