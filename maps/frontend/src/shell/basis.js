// What a result rests on: the moment and the parameters, so that a number can be found again.

import { h } from './dom.js';
import { facts } from './facts.js';
import { t, time } from './words.js';

const NAMES = () => ({
  max_age_days: t('Inspection valid for (days)'),
  built_up: t('built-up land and roads'),
  village: t('villages'),
  field: t('fields and hills'),
  min_share: t('Least share inspected'),
  clean_days: t('Clean time before it counts (days)'),
  accuracy_m: t('Least exact position taken (m)'),
  sight_m: t('Seen to each side of the walk (m)'),
  reach_m: t('A problem reaches (m)'),
  max_gap_s: t('Longest gap in a walk (s)'),
  max_speed_km_h: t('Fastest walk or drive (km/h)'),
  radius_m: t('Neighbourhood (m)'),
  false_discovery_rate: t('Significance level q'),
  exposure: t('Compared with'),
  cells: t('equal area'),
});

function said(value, names) {
  if (value === null || value === undefined) return '—';
  if (Array.isArray(value)) return value.map((one) => said(one, names)).join(', ');
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([key, one]) => `${names[key] || key} ${said(one, names)}`)
      .join(' · ');
  return names[value] || String(value);
}

export function basis({ as_of, parameters = {} }) {
  const names = NAMES();
  const lines = [
    [t('As of'), time(as_of)],
    ...Object.entries(parameters).map(([name, value]) => [names[name] || name, said(value, names)]),
  ];
  const title = t('As of {time} · parameters', { time: time(as_of) });
  return h('details', { class: 'note basis' }, h('summary', {}, title), facts(lines));
}
