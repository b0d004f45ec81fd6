// Requests for more time and appeals: those that wait, with the buttons that decide them, and what was decided.

import { word } from './choices.js';
import { deedButton } from './deed-form.js';
import { h, icon } from './dom.js';
import { now, t, time } from './words.js';

export function waitingRequests(feature, decisions, ask) {
  const open = (feature.properties.requests || []).filter((one) => !one.decided_at);
  return open.map((one) =>
    h(
      'div',
      { class: 'notice info request', 'data-request': one.kind },
      icon('clock'),
      h(
        'div',
        {},
        h('b', {}, t('Asked for: {what}', { what: what(one) })),
        asked(one),
        h(
          'div',
          { class: 'decisions' },
          (decisions[one.kind] || []).map((deed) => deedButton(deed, { className: 'btn small', onclick: () => ask(deed) })),
        ),
      ),
    ),
  );
}

// An appeal says at which level it is.
export const what = ({ kind, level_name }) => [word('request', kind), level_name].filter(Boolean).join(' · ');

// Who asked, when, why, until when it is wanted and by when it must be decided.
export const asked = (one) => [
  h('small', {}, [one.asked_by_name || one.asked_by, time(one.asked_at)].filter(Boolean).join(' · ')),
  one.note && h('p', {}, one.note),
  one.until && h('p', {}, t('Wanted until {time}', { time: time(one.until) })),
  !one.decided_at &&
    one.due_at &&
    h(
      'small',
      { class: Date.parse(one.due_at) < now() ? 'due late' : '' },
      t('To be decided by {time}', { time: time(one.due_at) }),
    ),
];

// What was decided, the newest first; null where nothing was.
export function decidedRequests(feature) {
  const decided = (feature.properties.requests || []).filter((one) => one.decided_at).reverse();
  if (!decided.length) return null;
  return h(
    'section',
    {},
    h('h2', { class: 'label' }, t('Requests')),
    h('ul', { class: 'requests' }, decided.map(line)),
  );
}

const line = (one) =>
  h(
    'li',
    { 'data-verdict': one.verdict },
    h('b', {}, `${what(one)}: ${word('verdict', one.verdict)}`),
    h('small', {}, [time(one.decided_at), one.decided_by_name || one.decided_by].filter(Boolean).join(' · ')),
    one.note && h('p', {}, one.note),
    one.decision && h('p', {}, one.decision),
    Date.parse(one.further_until) > now() &&
      h('small', {}, t('Whoever appealed may take it further until {time}.', { time: time(one.further_until) })),
  );
