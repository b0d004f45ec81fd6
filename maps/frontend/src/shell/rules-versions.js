// The versions of a category, the newest first, each with what it changed.

import { amount } from './card-clocks.js';
import { word } from './choices.js';
import { h } from './dom.js';
import { labels } from './rules-fields.js';
import { t, time } from './words.js';

export function versionList(versions) {
  const changes = versions.map((one, i) => entry(one, versions[i - 1])).reverse();
  return h('ol', { class: 'versions' }, changes);
}

const entry = (one, before) =>
  h(
    'li',
    { 'data-version': one.version },
    h('b', {}, t('Version {n}', { n: one.version })),
    h('small', {}, [one.changed_at ? time(one.changed_at) : t('As shipped'), one.changed_by].filter(Boolean).join(' · ')),
    before && h('ul', {}, differences(before, one).map(difference)),
  );

const difference = ([name, old, now]) =>
  h('li', {}, h('b', {}, name), ' ', h('del', {}, old), ' → ', h('ins', {}, now));

function differences(before, one) {
  const changed = Object.entries(labels()).filter(([name]) => same(before[name]) !== same(one[name]));
  return changed.map(([name, title]) => [title, said(name, before[name]), said(name, one[name])]);
}

const same = (value) => JSON.stringify(value);

const WORDED = { face: 'face', geometry_types: 'geometry_type', open_photos: 'photo_role', close_photos: 'photo_role' };
const NOTHING = '—';

function said(name, value) {
  if (name === 'stages') return value.map(stageText).join(' → ') || NOTHING;
  if (name === 'case_limit') return amount(value.clock, value.limit);
  if (typeof value === 'boolean') return value ? t('yes') : t('no');
  const all = [value].flat().map((one) => (WORDED[name] ? word(WORDED[name], one) : String(one)));
  return all.join(t(', ')) || NOTHING;
}

const stageText = (one) =>
  [word('stage', one.name), one.label_name, amount(one.clock, one.limit)].filter(Boolean).join(' ');
