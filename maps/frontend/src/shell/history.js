// The history of a problem as a line of time, the newest first.

import { word } from './choices.js';
import { h } from './dom.js';
import { mark, stateWord } from './states.js';
import { t, time } from './words.js';

const LATER_MS = 60_000;

export function timeline(events) {
  return h('ol', { class: 'timeline' }, [...events].reverse().map(entry));
}

function entry(event) {
  const late = event.recorded_at && Date.parse(event.recorded_at) - Date.parse(event.at) > LATER_MS;
  return h(
    'li',
    {},
    event.to ? mark(event.to) : h('span', { class: 'mark plain' }),
    h(
      'div',
      {},
      h('b', {}, event.to ? event.to_name || stateWord(event.to) : word('kind', event.kind)),
      h('small', {}, [time(event.at), event.by_name || event.by].filter(Boolean).join(' · ')),
      event.note && h('p', {}, event.note),
      late && h('small', {}, t('entered {time}', { time: time(event.recorded_at) })),
    ),
  );
}
