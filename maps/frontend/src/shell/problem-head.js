// The head of a problem's card: its state, the time that is left, its number.

import { h, icon } from './dom.js';
import { stateChip } from './states.js';
import { deadline } from './words.js';

export function problemHead(one) {
  const due = deadline(one);
  return h(
    'div',
    { class: 'problem-head' },
    stateChip(one),
    due && h('span', { class: due.late ? 'due late' : 'due' }, icon('clock'), due.text),
    h('code', {}, one.code),
  );
}
