// Which radius and which days the town's own data speak for: Knox's table, asked for when somebody wants it, and
// written into the rules of the kinds when an administrator says so.

import { get } from './api.js';
import { deedButton } from './deed-form.js';
import { fill, h } from './dom.js';
import { tableOf } from './facts.js';
import { busy, field, select } from './form.js';
import { askToUse, inUse } from './rebound-use.js';
import { told } from './toast.js';
import { count, decimal, t } from './words.js';

export function choiceSection() {
  const answer = h('div', { 'aria-live': 'polite' });
  const kind = select('kind', [['', t('All kinds')]], '', { id: 'choice-kind', onchange: () => fill(answer) });
  const ask = h('button', { type: 'button', class: 'btn', id: 'ask-choice', onclick: () => busy(ask, load) }, t('Compute from the data'));
  const load = async () => {
    const category = kind.value;
    const found = await told(() => get('/analysis/rebounds/choice', { category }));
    if (!found) return;
    fill(answer, verdict(found), found.chosen.from_data && use(found.chosen, category), found.closed > 0 && table(found));
  };
  told(async () => kind.append(...(await inUse()).map(({ code, name }) => h('option', { value: code }, name))));
  return h(
    'details',
    { class: 'note', id: 'choice' },
    h('summary', {}, t('How near and how soon is a rebound?')),
    h('p', {}, t('Pairs of a closed and a new case are counted by distance and days, and compared with {n} shuffles of the dates. This takes some seconds.', { n: 999 })),
    field(t('Kind'), kind),
    ask,
    answer,
  );
}

// For administrators: the choice becomes a rule of the kind, or of all.
function use({ radius_m, days }, category) {
  const title = t('Use {radius} m and {days} days', { radius: decimal(radius_m, 0), days: decimal(days, 0) });
  const deed = { key: { id: 'use-choice' }, title, roles: ['administrator'] };
  return h('p', { class: 'buttons' }, deedButton(deed, { onclick: () => told(() => askToUse({ radius_m, days, category, title })) }));
}

function verdict({ chosen, closed, parameters }) {
  const values = { radius: decimal(chosen.radius_m, 0), days: decimal(chosen.days, 0) };
  if (chosen.from_data) return h('p', { class: 'notice ok' }, t('The data speak for {radius} m and {days} days.', values));
  const why =
    closed < parameters.least_closed
      ? t('Only {n} closures are known, {least} are needed: {radius} m and {days} days stay.', { n: count(closed), least: parameters.least_closed, ...values })
      : t('No band has clearly more pairs than chance: {radius} m and {days} days stay.', values);
  return h('p', { class: 'notice info' }, why);
}

// Rows: metres; columns: days; each cell the ratio of pairs found to pairs expected, framed where it holds.
function table({ bands }) {
  const days = [...new Set(bands.map((band) => band.days))];
  const radii = [...new Set(bands.map((band) => band.radius_m))];
  const cell = (band) => {
    const ratio = band.ratio === null ? '—' : decimal(band.ratio, 1);
    const told = band.holds && `${ratio}, ${t('more than chance')}`;
    return h('td', { class: band.holds && 'holds', 'aria-label': told, title: t('{n} pairs, {expected} expected', { n: band.observed, expected: decimal(band.expected, 1) }) }, ratio);
  };
  const rows = radii.map((radius) =>
    h('tr', {}, h('th', { scope: 'row' }, `${decimal(radius, 0)} m`), days.map((n) => cell(bands.find((band) => band.radius_m === radius && band.days === n)))),
  );
  const said = h('p', { class: 'hint' }, t('Pairs found per pair expected by chance, up to so many metres and days; framed: more than chance.'));
  return h('div', { class: 'scroll-x' }, said, tableOf(['', ...days.map((n) => t('{n} d', { n }))], rows, 'figures knox'));
}
