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
  trade: fromTitles(window.geo.page.styles.trades),
  road_part: fromTitles(window.geo.page.styles.road_parts),
  side: { left: t('left'), right: t('right') },
  times_of_day: { morning: t('Morning'), noon: t('Midday'), evening: t('Evening'), night: t('Night') },
  unit_class: { built_up: t('Built-up land'), village: t('Village land'), field: t('Fields and hills') },
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
    measures: t('Measure'),
    problems: t('Problem'),
    patrols: t('Patrol'),
    frontages: t('Frontage'),
    dust_samples: t('Dust sample'),
  },
  role: {
    administrator: t('Administrator'),
    supervisor: t('Supervisor'),
    dispatcher: t('Dispatcher'),
    inspector: t('Inspector'),
    planner: t('Planner'),
    road_chief: t('Road chief'),
    grid_worker: t('Grid worker'),
    sponsor: t('Sponsor'),
    village_head: t('Village head'),
    zone_head: t('Zone head'),
    contractor: t('Contractor'),
    public: t('Citizen'),
    fallback_owner: t('Fallback owner'),
  },
  escalation: {
    reminder: t('Reminder'),
    supervise: t('Supervision'),
    notice: t('Public notice'),
    talk: t('Summons to talk'),
  },
  request: { extension: t('Extension of time'), appeal: t('Appeal') },
  verdict: {
    granted: t('Granted'),
    refused: t('Refused'),
    upheld: t('Upheld'),
    rejected: t('Rejected'),
    admitted: t('Admitted'),
    inadmissible: t('Inadmissible'),
  },
  outcome: {
    oral_warning: t('Oral warning'),
    order_to_correct: t('Order to correct'),
    penalty: t('Administrative penalty'),
    transfer: t('Handed to another authority'),
    no_penalty: t('No penalty'),
  },
  stage: {
    confirm: t('Confirmation'),
    file: t('Filing'),
    assign: t('Dispatch'),
    handle: t('Handling'),
    check: t('Verification'),
  },
  clock: {
    emergency_hours: t('Emergency hours'),
    working_hours: t('Working hours'),
    working_days: t('Working days'),
    natural_days: t('Calendar days'),
  },
  photo_role: {
    before: t('Before'),
    during: t('During the work'),
    after: t('After'),
    near: t('Close-up'),
    far: t('Surroundings'),
  },
  face: { dirty: t('Dirty'), disorderly: t('Disorderly'), ugly: t('Ugly') },
  geometry_type: { Point: t('Point'), LineString: t('Line'), Polygon: t('Surface') },
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
