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
  verified_days: t('Somebody else passes at least every (days)'),
  detection_rate: t('Share of problems that one pass finds (assumed)'),
  days: t('Blind spot after (days)'),
  rules_version: t('Version of the patrol rules'),
  accuracy_m: t('Least exact position taken (m)'),
  sight_m: t('Seen to each side of the walk (m)'),
  reach_m: t('A problem reaches (m)'),
  max_gap_s: t('Longest gap in a walk (s)'),
  max_speed_km_h: t('Fastest walk or drive (km/h)'),
  radius_m: t('Neighbourhood (m)'),
  false_discovery_rate: t('Significance level q'),
  exposure: t('Compared with'),
  cells: t('equal area'),
  rebound_radius_m: t('A rebound lies within (m)'),
  rebound_days: t('A rebound comes within (days)'),
  along_road_m: t('Along a road, on the same side (m)'),
  never_fixed_days: t('Never fixed: back within (days)'),
  followed: t('Closures followed'),
  on: t('Responsible on'),
  level: t('Level'),
  gap_width_m: t('Gap counted as narrow (m)'),
  snap_m: t('Coordinates rounded to (m)'),
  smallest_m2: t('Smallest area counted (m²)'),
  sliver_m: t('Sliver: area over perimeter below (m)'),
  smallest_m: t('Smallest chainage counted (m)'),
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
