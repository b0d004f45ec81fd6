// The history of a problem as a line of time, the newest first. What only follows from somebody's deed stands in small.

import { cny } from './card-together.js';
import { word } from './choices.js';
import { h, icon } from './dom.js';
import { mark, stateWord } from './states.js';
import { day, t, time } from './words.js';

const LATER_MS = 60_000;
const ICONS = {
  act: 'edit',
  assigned: 'person',
  deadline: 'clock',
  edited: 'edit',
  escalated: 'flag',
  evidence: 'file',
  look_back: 'search',
  measure: 'check',
  photo: 'camera',
  rebound: 'undo',
  reporter: 'person',
};
// These follow from something else, and the line before says what; the clocks always do.
const DERIVED = ['assigned', 'look_back'];

// `onopen(id)` shows another problem.
export function timeline(events, onopen = () => {}) {
  return h('ol', { class: 'timeline' }, gathered([...events].reverse()).map((entry) => line(entry, onopen)));
}

// Derived events that follow one another become one entry: an array.
function gathered(events) {
  const entries = [];
  for (const event of events) {
    const last = entries.at(-1);
    if (!isDerived(event)) entries.push(event);
    else if (Array.isArray(last)) last.push(event);
    else entries.push([event]);
  }
  return entries;
}

const isDerived = ({ kind, by, note }) => kind === 'deadline' || (DERIVED.includes(kind) && !by && !note);

const line = (entry, onopen) => (Array.isArray(entry) ? quiet(entry) : loud(entry, onopen));

function quiet(events) {
  const [first, ...others] = events.map((event) => `${event.title} · ${time(event.at)}`);
  return h(
    'li',
    { class: 'derived' },
    h('span', { class: 'mark plain' }),
    others.length
      ? h(
          'details',
          {},
          h('summary', {}, t('{n} automatic entries', { n: events.length })),
          [first, ...others].map((text) => h('small', {}, text)),
        )
      : h('small', {}, first),
  );
}

function loud(event, onopen) {
  const late = event.recorded_at && Date.parse(event.recorded_at) - Date.parse(event.at) > LATER_MS;
  return h(
    'li',
    { 'data-kind': event.kind, 'data-act': event.payload?.act },
    event.to ? mark(event.to) : h('span', { class: 'mark round' }, icon(ICONS[event.kind] || 'edit')),
    h(
      'div',
      {},
      h('b', {}, titleOf(event)),
      h('small', {}, [time(event.at), event.by_name || event.by].filter(Boolean).join(' · ')),
      event.note && h('p', {}, event.note),
      (MORE[event.kind] || (() => null))(event.payload || {}, onopen),
      late && h('small', {}, t('entered {time}', { time: time(event.recorded_at) })),
    ),
  );
}

function titleOf(event) {
  if (event.kind === 'escalated') return `${event.title}: ${word('escalation', event.payload.step)}`;
  if (event.kind === 'photo') return [event.title, word('photo_role', event.payload.role)].filter(Boolean).join(' · ');
  if (!event.to) return event.title;
  const now = event.to_name || stateWord(event.to);
  return event.from ? `${stateWord(event.from)} → ${now}` : now;
}

// What the payload tells beyond title and note, by kind of event.
const MORE = {
  moved: ({ document, recheck_level }) => told([
    document && [t('Document number'), document],
    recheck_level && [t('Level of the re-check'), word('source_level', recheck_level)],
  ]),
  act: ({ document, until, stage, department, outcome, amount_cny }) => told([
    department && [t('Department'), department],
    outcome && [t('Outcome'), word('outcome', outcome)],
    amount_cny && [t('Amount'), cny(Number(amount_cny))],
    document && [t('Document number'), document],
    until && [t('Until'), time(until)],
    stage && [t('Milestone'), t(stage)],
  ]),
  evidence: (found, onopen) =>
    found.problem_id && h(
      'p',
      {},
      [day(found.found_at), found.description].filter(Boolean).join(' · '),
      ' ',
      h('button', { type: 'button', class: 'link-button', onclick: () => onopen(found.problem_id) }, found.code),
    ),
};

const told = (pairs) => pairs.filter(Boolean).map(([name, value]) => h('small', {}, `${name}: ${value}`));
