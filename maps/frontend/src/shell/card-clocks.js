// The clocks of a problem, for its card: the whole case and the stage it is in, and how far it was escalated.

import { get } from './api.js';
import { fill, h, icon } from './dom.js';
import { told } from './toast.js';
import { decimal, t, time } from './words.js';

const NEARLY = 0.75; // of the limit used: the bar warns

const units = () => ({
  emergency_hours: (n) => t('{n} emergency hours', { n }),
  working_hours: (n) => t('{n} working hours', { n }),
  working_days: (n) => t('{n} working days', { n }),
  natural_days: (n) => t('{n} calendar days', { n }),
});
const tenths = (value) => Math.round(value * 10) / 10;
// "4 working hours": so much of what a clock counts.
export const amount = (clock, value) => units()[clock](decimal(tenths(value), Number.isInteger(tenths(value)) ? 0 : 1));

// The section of the card; it is filled once the service has answered, and stays away where nothing is timed.
export function section(feature) {
  const place = h('section', { class: 'clocks', hidden: true });
  told(async () => {
    const clocks = await get(`/problems/${feature.properties.id}/deadlines`);
    if (!clocks.deadlines.length) return;
    fill(place, h('h2', { class: 'label' }, t('Deadlines')), contents(clocks));
    place.hidden = false;
  });
  return place;
}

function contents({ deadlines, escalations, next, paused_at: paused }) {
  const now = deadlines.filter((one) => !one.ended_at);
  const past = deadlines.filter((one) => one.ended_at);
  return [
    paused && h('p', { class: 'notice' }, icon('clock'), h('span', {}, t('Stopped since {time}', { time: time(paused) }))),
    now.map(bar),
    past.length > 0 &&
      h('details', { class: 'note' }, h('summary', {}, t('Earlier deadlines')), h('ul', { class: 'past-clocks' }, past.map(pastLine))),
    steps(escalations, next),
  ];
}

const titleOf = (one) => [one.stage_name, one.label_name].filter(Boolean).join(' · ');

function bar(one) {
  const look = one.paused_at ? 'still' : one.late ? 'late' : one.share >= NEARLY ? 'near' : 'fine';
  return h(
    'div',
    { class: `clock ${look}`, 'data-stage': one.stage },
    h('b', {}, titleOf(one)),
    h('span', { class: 'clock-left' }, left(one)),
    h('span', { class: 'clock-track', 'aria-hidden': 'true', style: { '--w': `${100 * one.share}%` } }),
    h('small', {}, t('Due {time}', { time: time(one.due_at) }), ' · ', t('limit: {limit}', { limit: amount(one.clock, one.limit) })),
    one.extensions.map((more) =>
      h('small', { class: 'clock-note' }, t('Extended to {time}: {note}', { time: time(more.until), note: more.note })),
    ),
    !one.firm &&
      h('small', { class: 'clock-note' }, t('Provisional: the holidays of that year are not announced yet.')),
  );
}

function left(one) {
  if (one.paused_at) return t('stopped, {left} left', { left: amount(one.clock, Math.max(0, one.left)) });
  if (one.late) return t('{time} late', { time: amount(one.clock, Math.abs(one.left)) });
  return t('{left} left', { left: amount(one.clock, one.left) });
}

function pastLine(one) {
  const words = { true: t('in time'), false: t('late'), null: t('not judged') };
  return h(
    'li',
    { class: one.met === false ? 'late' : '' },
    icon(one.met === false ? 'alert' : 'check'),
    h('span', {}, titleOf(one)),
    h('small', {}, `${words[String(one.met)]} · ${time(one.ended_at)}`),
  );
}

function steps(taken, next) {
  if (!taken.length && !next) return null;
  return h(
    'ol',
    { class: 'rungs', 'aria-label': t('Escalation') },
    taken.map((one) =>
      h(
        'li',
        { class: 'taken', 'data-step': one.step },
        icon('flag'),
        h('b', {}, one.step_name),
        h('small', {}, [one.stage_name, time(one.at), one.person_name || one.addressed_to_name].join(' · ')),
      ),
    ),
    next &&
      h(
        'li',
        { class: 'next', 'data-step': next.step },
        icon('clock'),
        h('b', {}, t('Next: {step}', { step: next.step_name })),
        h('small', {}, [next.stage_name, time(next.at), next.addressed_to_name].join(' · ')),
      ),
  );
}
