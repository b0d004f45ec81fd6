// The repair of borders: a proposal on the map, before and after, and one explicit button that stores it.

import { post } from './api.js';
import { word } from './choices.js';
import { fill, h, icon } from './dom.js';
import { tableOf } from './facts.js';
import { busy, field, input, segmented, showErrors } from './form.js';
import { box } from './geometry.js';
import { closeDetail, openDetail } from './panel.js';
import { toast } from './toast.js';
import { area, count, decimal, t } from './words.js';

const USUAL_WIDTH_M = 2;

export function openRepair(level) {
  const answer = h('div', { id: 'proposal' });
  const width = input('gap_width_m', USUAL_WIDTH_M, { type: 'number', min: 0, max: 50, step: 0.5, inputmode: 'decimal' });
  const ask = h('button', { type: 'submit', class: 'btn primary' }, t('Propose'));
  const form = h(
    'form',
    { class: 'form', novalidate: true },
    field(t('Close gaps narrower than (m)'), width, { hint: t('Wider gaps stay: whose land that is must be decided by people.') }),
    h('div', { class: 'buttons' }, ask),
    answer,
  );
  const propose = () => busy(ask, () => proposed({ level, gap_width_m: Number(width.value), form, answer }));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    propose();
  });
  openDetail({ title: t('Repair of borders: {level}', { level: word('level', level) }), content: form, onLeave: () => draw(null) });
  propose();
}

const draw = (proposal, show = 'both') => window.geo.emit('proposal', { proposal, show });

async function proposed({ level, gap_width_m, form, answer }) {
  try {
    const proposal = await post('/analysis/work-faces/repair', { level, gap_width_m });
    draw(proposal);
    fill(answer, proposal.features.length ? changes(proposal, { level, gap_width_m, form, answer }) : h('p', { class: 'notice ok' }, t('There is nothing to repair: the borders match.')));
    const moved = proposal.features.find(({ properties }) => properties.moved);
    if (moved) window.geo.fit(box({ ...moved, geometry: moved.properties.moved }));
  } catch (error) {
    draw(null);
    fill(answer, h('p', { class: 'notice error' }, showErrors(form, error)));
  }
}

function changes(proposal, wish) {
  const { summary } = proposal;
  const views = [['before', t('Before the repair')], ['after', t('After the repair')], ['both', t('Before and after')]];
  return [
    segmented('show', views, 'both', (show) => draw(proposal, show), t('Borders shown')),
    h('p', {}, t('{n} areas change; {moved} of land changes hands.', { n: count(summary.changes), moved: area(summary.moved_m2) })),
    tableOf([t('Name'), t('Before (m²)'), t('After (m²)'), t('Difference')], proposal.features.map(changeRow), 'changes'),
    summary.kept.length > 0 && h('p', { class: 'notice warn' }, t('Left alone, for they would vanish: {codes}', { codes: summary.kept.join(', ') })),
    h('p', { class: 'hint' }, t('The versions of these areas count up, and who answers for open problems is derived anew.')),
    agreement(proposal, wish),
  ];
}

function changeRow({ geometry, properties: one }) {
  const look = () => {
    window.geo.highlight({ type: 'Feature', geometry: one.moved ?? geometry, properties: {} });
    window.geo.fit(box(one.moved ?? geometry));
  };
  const difference = one.after_m2 - one.before_m2;
  return h(
    'tr',
    { 'data-code': one.code },
    h('th', { scope: 'row' }, h('button', { type: 'button', class: 'link-button', onclick: look }, one.name)),
    h('td', {}, count(one.before_m2)),
    h('td', {}, count(one.after_m2)),
    h('td', {}, `${difference > 0 ? '+' : ''}${decimal(difference, 1)}`),
  );
}

function agreement(proposal, wish) {
  const said = h('div', { role: 'alert' });
  const apply = h('button', { type: 'button', class: 'btn primary', id: 'apply-repair', onclick: () => busy(apply, () => store(proposal, wish, said)) }, icon('check'), t('Apply to {n} areas', { n: count(proposal.features.length) }));
  return [said, h('div', { class: 'buttons' }, apply, h('button', { type: 'button', class: 'btn quiet', onclick: closeDetail }, t('Cancel')))];
}

async function store(proposal, { level, gap_width_m, ...where }, said) {
  const expected = Object.fromEntries(proposal.features.map(({ properties: one }) => [one.code, one.version]));
  try {
    await post('/analysis/work-faces/repair', { level, gap_width_m, apply: true, expected });
    toast(t('The borders were repaired.'));
    closeDetail();
    window.geo.emit('change', { layer: 'areas' });
  } catch (error) {
    const again = () => proposed({ level, gap_width_m, ...where });
    fill(said, h('div', { class: 'notice warn' }, h('p', {}, error.message), error.status === 409 && h('button', { type: 'button', class: 'btn', onclick: again }, t('Propose again'))));
  }
}
