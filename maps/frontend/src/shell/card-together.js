// Who else has to do with a case: sponsors of the place, departments that help, and what enforcement led to.

import { word } from './choices.js';
import { h, icon } from './dom.js';
import { count, t, time } from './words.js';

// Who stands beside whoever answers.
export const sponsors = ({ sponsors: all = [] }) =>
  all.length > 0 && h(
    'p',
    { class: 'sponsors' },
    h('span', { class: 'badge' }, t('Sponsor')),
    all.map(({ person, person_name, phone }) =>
      phone ? h('a', { href: `tel:${phone}`, 'data-person': person }, person_name) : h('span', { 'data-person': person }, person_name),
    ),
  );

// The departments that help with it, each with its answer or without.
export function helpers({ co_departments: rows }) {
  if (!rows?.length) return null;
  return h(
    'section',
    { class: 'together' },
    h('h2', { class: 'label' }, t('Co-departments')),
    h('ul', { class: 'helpers' }, rows.map(helper)),
  );
}

const helper = ({ name, answered_at }) =>
  h(
    'li',
    { 'data-department': name, 'data-answered': String(Boolean(answered_at)) },
    icon(answered_at ? 'check' : 'clock'),
    h('span', {}, name),
    h('small', {}, answered_at ? t('answered {time}', { time: time(answered_at) }) : t('not answered yet')),
  );

// What enforcement led to, one outcome after another.
export function outcomes({ outcomes: rows }) {
  if (!rows?.length) return null;
  return h(
    'section',
    { class: 'together' },
    h('h2', { class: 'label' }, t('Outcome of enforcement')),
    h('ul', { class: 'helpers' }, rows.map(outcome)),
  );
}

const outcome = ({ kind, document, amount_cny, at }) =>
  h(
    'li',
    { 'data-outcome': kind },
    icon('flag'),
    h('span', {}, [word('outcome', kind), amount_cny && cny(amount_cny)].filter(Boolean).join(' · ')),
    h('small', {}, [document, time(at)].filter(Boolean).join(' · ')),
  );

export const cny = (amount) => t('{amount} CNY', { amount: count(amount) });

export const unanswered = ({ co_departments: rows }) => (rows || []).filter((row) => !row.answered_at).map(({ name }) => name);
