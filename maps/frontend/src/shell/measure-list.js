// The measures of a parcel or a problem: what, how much, when; a click shows where. One may be taken off or removed.

import { get, patch, remove } from './api.js';
import { fill, h, icon } from './dom.js';
import { lookOfKind } from './completion.js';
import { busy } from './form.js';
import { box } from './geometry.js';
import { openMeasureForm, warnings } from './measure-form.js';
import { mayAct, me } from './people.js';
import { sign } from './states.js';
import { told } from './toast.js';
import { count, day, now, t } from './words.js';

const CLOSE_DEG = 0.0004;

// `place` = {parcel} or {problem} (a code); `changed()` after every write.
export function measureList(place, changed) {
  const list = h('ul', { class: 'measures' });
  const add = h('button', { type: 'button', class: 'btn', id: 'add-measure', onclick: () => openMeasureForm(add, place, written) }, icon('plus'), t('Add a measure'));
  const load = () =>
    told(async () => {
      const { features } = await get('/measures', place);
      fill(list, features.length ? features.map((one) => row(one, written)) : h('li', { class: 'empty' }, t('No measure yet.')));
    });
  function written() {
    load();
    window.geo.emit('change', { layer: 'measures' });
    changed();
  }
  load();
  return [list, add];
}

const over = ({ valid_to: to }) => to && Date.parse(to) <= now();
const amount = ({ quantity, unit_name: unit }) => quantity !== null && `${count(quantity)} ${unit}`;

function row(feature, written) {
  const one = feature.properties;
  const answer = h('div', { role: 'alert' });
  const look = () => {
    window.geo.highlight(feature);
    window.geo.fit(box(feature, CLOSE_DEG));
  };
  const facts = [day(one.done_at), one.by_name, one.organisation, over(one) && t('until {day}', { day: day(one.valid_to) })];
  const title = [h('b', {}, one.kind_name), ' ', amount(one)];
  return h(
    'li',
    { class: over(one) ? 'measure-row over' : 'measure-row', 'data-id': one.id },
    sign('measures', lookOfKind(one.kind)),
    h(
      'div',
      {},
      feature.geometry ? h('button', { type: 'button', class: 'link-button', onclick: look }, title) : h('span', {}, title),
      h('small', {}, facts.filter(Boolean).join(' · ')),
      one.note && h('p', {}, one.note),
      warnings(one),
      answer,
    ),
    tools(one, answer, written),
  );
}

// Whoever has done it, and the office; whether more is possible, the service says.
const KEEPERS = ['dispatcher', 'supervisor', 'planner'];
const isMine = ({ by, problem }) => mayAct(KEEPERS) || Boolean(problem) || by === me()?.person;

function tools(one, answer, written) {
  if (!isMine(one)) return null;
  const off = () => patch(`/measures/${one.id}`, { properties: { valid_to: new Date(now()).toISOString() } }, { 'If-Match': `"${one.version}"` });
  const drop = () => remove(`/measures/${one.id}`, { 'If-Match': `"${one.version}"` });
  const ask = (question, yes, act) => fill(answer, confirmed({ question, yes, answer, act: () => act().then(written) }));
  return h(
    'div',
    { class: 'measure-tools' },
    one.covers && !one.valid_to && h('button', { type: 'button', class: 'btn icon-only quiet', title: t('Taken off'), 'aria-label': t('Taken off'), onclick: () => ask(t('Does it no longer hold, as of now?'), t('Taken off'), off) }, icon('hide')),
    h('button', { type: 'button', class: 'btn icon-only quiet', title: t('Delete'), 'aria-label': t('Delete'), onclick: () => ask(t('Was it entered by mistake?'), t('Delete for good'), drop) }, icon('trash')),
  );
}

function confirmed({ question, yes, answer, act }) {
  const go = h('button', { type: 'button', class: 'btn danger', onclick: () => busy(go, () => told(act)) }, yes);
  const no = h('button', { type: 'button', class: 'btn quiet', onclick: () => fill(answer) }, t('Cancel'));
  return h('div', { class: 'notice warn' }, h('p', {}, question), h('div', { class: 'buttons' }, go, no));
}
