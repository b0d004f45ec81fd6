// The words for coded values.

import { looks } from './states.js';
import { t } from './words.js';

const fromLooks = (group) => Object.fromEntries(looks(group).map((look) => [look.key, t(look.title)]));
const fromTitles = (titles) =>
  Object.fromEntries(Object.entries(titles).map(([code, title]) => [code, t(title)]));

const tables = () => ({
  level: fromLooks('areas'),
  road_class: fromLooks('roads'),
  parcel_state: fromLooks('parcels'),
  zone: fromLooks('zones'),
  treatment: fromTitles(window.geo.page.styles.treatments),
  reason: fromTitles(window.geo.page.styles.reasons),
  origin: { new_found: t('Found this year'), idle_cleared: t('Idle land cleared'), other: t('Other') },
  grade: {
    national: t('National station'),
    province: t('Provincial station'),
    county: t('County station'),
    town: t('Town station'),
  },
  source_level: {
    self: t('Own patrol'),
    village: t('Village'),
    subdistrict: t('Subdistrict inspection'),
    county: t('County inspection'),
    city: t('City inspection'),
    public: t('The public'),
    sensor: t('Sensor'),
  },
  flag: {
    overlap: t('Areas overlap here'),
    gap: t('No area covers this place'),
    nobody: t('Nobody is named for this place'),
  },
  layer: {
    areas: t('Area'),
    road_segments: t('Road segment'),
    parcels: t('Parcel'),
    stations: t('Station'),
    station_buffers: t('Station ring'),
    dust_sources: t('Dust source'),
    problems: t('Problem'),
    patrols: t('Patrol'),
  },
  role: {
    road_chief: t('Road chief'),
    grid_worker: t('Grid worker'),
    village_head: t('Village head'),
    zone_head: t('Zone head'),
    fallback_owner: t('Fallback owner'),
  },
  kind: { reported: t('Reported'), moved: t('Moved'), edited: t('Edited'), assigned: t('Assigned') },
});

let words;

// The word for a code of a table; a code without a word is shown as it is.
export function word(table, code) {
  words ??= tables();
  return words[table]?.[code] ?? String(code ?? '');
}

// The codes of a table, in the order people expect.
export function codes(table) {
  words ??= tables();
  return Object.keys(words[table]);
}
