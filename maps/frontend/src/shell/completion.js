// How far a place is treated: one bar for the whole, one for each kind of measure.

import { h } from './dom.js';
import { looks, sign, tint } from './states.js';
import { area, percent, t } from './words.js';

export const lookOfKind = (kind) => (looks('measures').some(({ key }) => key === kind) ? kind : 'other');

// `found`: {share, treated_m2, area_m2, treated_from, by_kind}.
export function completionBar(found, title = t('Treated')) {
  return h(
    'div',
    { class: 'completion', 'data-share': found.share },
    h('b', {}, title),
    h('span', { class: 'completion-share' }, percent(found.share)),
    track(found.share, ['parcels', 'treated'], found.treated_from),
    h('small', {}, t('{treated} of {whole}', { treated: area(found.treated_m2), whole: area(found.area_m2) })),
  );
}

// The whole and its kinds; kinds may lie on top of one another, so their shares need not add up to the whole.
export const completionView = (found) => [
  completionBar(found),
  h('ul', { class: 'completion-kinds' }, found.by_kind.map(kindRow)),
];

function kindRow({ kind, kind_name: name, area_m2, share }) {
  return h(
    'li',
    { 'data-kind': kind },
    sign('measures', lookOfKind(kind)),
    h('span', {}, name),
    h('small', {}, `${area(area_m2)} · ${percent(share)}`),
    track(share, ['measures', lookOfKind(kind)]),
  );
}

const track = (share, look, goal) =>
  h(
    'span',
    { class: 'completion-track tinted', 'aria-hidden': 'true', style: { '--w': `${100 * share}%`, ...tint(...look) } },
    goal && h('i', { style: { left: `${100 * goal}%` } }),
  );
