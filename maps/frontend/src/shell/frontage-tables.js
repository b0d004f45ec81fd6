// The rates of frontages by segment and village, and of dust samples by road class and contractor.

import { word } from './choices.js';
import { h } from './dom.js';
import { tableOf } from './facts.js';
import { figure } from './tiles.js';
import { count, decimal, percent, t } from './words.js';

const share = (value) => (value === null ? '—' : percent(value, 0));

export function frontageRates({ whole, by, max_age_days: days }) {
  if (!whole.frontages) return null;
  return h(
    'section',
    { class: 'rates' },
    h('h2', {}, t('How the duties are kept')),
    h(
      'div',
      { class: 'tiles' },
      figure({ title: t('Frontages checked in time'), value: share(whole.checked_share), look: ['frontages', 'passed'], note: t('within {n} days', { n: decimal(days, 0) }) }),
      figure({ title: t('Duties kept'), value: share(whole.passed_share), note: t('{n} of {of}', { n: count(whole.duties_passed), of: count(whole.duties_judged) }) }),
    ),
    rateTable(t('Village'), by.village),
    rateTable(t('Road segment'), by.segment, true),
  );
}

function rateTable(title, rows, coded = false) {
  const line = (one) =>
    h(
      'tr',
      { 'data-unit': one.unit },
      h('th', { scope: 'row' }, one.name || t('elsewhere'), coded && one.unit && h('small', { class: 'under' }, one.unit)),
      h('td', {}, count(one.frontages)),
      h('td', {}, share(one.checked_share)),
      h('td', {}, share(one.passed_share)),
    );
  return tableOf([title, t('Shops'), t('In time'), t('Duties kept')], rows.map(line), 'figures');
}

const WORST = 8;
const worst = (rows) => [...rows].sort((a, b) => a.share - b.share || b.mean_g_m2 - a.mean_g_m2).slice(0, WORST);

export function dustRates({ dust, parameters }) {
  if (!dust.road_class.length) return null;
  const head = (title) => [title, t('Samples'), t('Pass rate'), t('Mean g/m²')];
  const line = (name) => (one) =>
    h('tr', { 'data-unit': one.unit }, h('th', { scope: 'row' }, name(one)), h('td', {}, count(one.samples)), h('td', {}, share(one.share)), h('td', {}, decimal(one.mean_g_m2)));
  const fines = dust.contractor.reduce((sum, one) => sum + one.fines, 0);
  return h(
    'section',
    { class: 'rates' },
    h('h2', {}, t('Dust by the gram, {n} days', { n: parameters.days })),
    tableOf(head(t('Road class')), dust.road_class.map(line((one) => (one.unit ? word('road_class', one.unit) : t('elsewhere')))), 'figures'),
    tableOf(head(t('Cleaning contractor')), dust.contractor.map(line((one) => one.unit || t('not named'))), 'figures'),
    tableOf(head(t('Road segment, the dustiest first')), worst(dust.segment).map(line((one) => [one.name || t('elsewhere'), h('small', { class: 'under' }, one.unit)])), 'figures'),
    fines > 0 && h('p', { class: 'hint' }, t('Fines together: {n} yuan', { n: count(fines) })),
  );
}
