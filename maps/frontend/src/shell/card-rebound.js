// A closed problem, for its card: when somebody looks whether it holds, what was seen, and what came back after it.

import { get } from './api.js';
import { h } from './dom.js';
import { schedule } from './look-backs.js';
import { row } from './problem-list.js';
import { told } from './toast.js';
import { t } from './words.js';

// The section of the card, or null; `refresh()` after something was written, `onopen(id)` shows another problem.
export async function section(feature, refresh, onopen) {
  const { id, verified_at } = feature.properties;
  if (!verified_at) return null;
  const [rows, again] = await Promise.all([
    told(() => get('/look-backs', { problem: id })),
    told(() => get('/problems', { rebound_of: id })),
  ]);
  return [lookBacks(rows || [], refresh), cameBack(again?.features || [], onopen)];
}

const lookBacks = (rows, refresh) =>
  rows.length > 0 &&
  h('section', { class: 'look-back-section' }, h('h2', { class: 'label' }, t('Look-backs')), schedule(rows, refresh));

// The cases that name this one as the one they came back after.
const cameBack = (features, onopen) =>
  features.length > 0 &&
  h(
    'section',
    { id: 'came-back' },
    h('h2', { class: 'label' }, t('Came back after it')),
    h('ul', { class: 'rows' }, features.map((one) => row(one, ({ properties }) => onopen(properties.id)))),
  );
