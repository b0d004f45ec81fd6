// Requests of the whole town that wait for a decision, each with the buttons that decide it and the way to its case.

import { get } from './api.js';
import { deedOf } from './card-acts.js';
import { asked, what } from './card-requests.js';
import { deedButton, deedForm } from './deed-form.js';
import { fill, h, icon } from './dom.js';
import { actingField, knowActing } from './people.js';
import { told } from './toast.js';
import { count, t } from './words.js';

// The section fills itself and is empty where nothing waits.
export function requestList() {
  const place = h('section', { id: 'requests', 'aria-live': 'polite' });
  const load = async () => {
    const found = await told(() => get('/requests'));
    if (found) fill(place, found.length > 0 && contents(found, load));
  };
  told(knowActing).then(load);
  return place;
}

function contents(found, load) {
  const lines = found.map((one) => ({ one, place: h('div', {}) }));
  const show = () => lines.forEach((line) => offer(line, load));
  const who = actingField({ onchange: show });
  show();
  return h(
    'div',
    { class: 'card' },
    h('h2', {}, t('Waiting for a decision'), h('span', { class: 'badge' }, count(found.length))),
    who.element,
    h('ul', { class: 'undecided' }, lines.map(({ one, place }) => line(one, place))),
  );
}

const line = (one, place) =>
  h(
    'li',
    { 'data-id': one.problem_id, 'data-request': one.kind },
    h(
      'div',
      { class: 'request-text' },
      h('b', {}, `${what(one)}: ${one.category_name}`),
      h('a', { href: `/maps/open-problems?id=${one.problem_id}` }, [one.code, one.place_name].filter(Boolean).join(' · ')),
      asked(one),
    ),
    place,
  );

function offer({ one, place }, load) {
  const feature = { properties: { id: one.problem_id, version: one.version } };
  const ask = (deed) => {
    fill(place, deedForm({ deed, feature, oncancel: () => offer({ one, place }, load), ondone: load }));
    place.querySelector('input, textarea')?.focus();
  };
  const buttons = one.decisions.map(deedOf).map((deed) => deedButton(deed, { onclick: () => ask(deed) }));
  fill(place, h('div', { class: 'decisions' }, buttons));
}

// A line for the panel of problems that leads to the list; nothing where nothing waits.
export function requestsNotice() {
  const place = h('div', {});
  told(async () => {
    const { length } = await get('/requests');
    const text = t('{n} requests wait for a decision', { n: count(length) });
    if (length) fill(place, h('a', { class: 'notice info', id: 'requests-notice', href: '/dashboard#requests' }, icon('clock'), h('span', {}, text)));
  });
  return place;
}
