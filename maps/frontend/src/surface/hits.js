// How a hit of the search is told: its drawing, its title, what tells it from others.

export const ICONS = {
  area: 'M5 5.5 18 4l2 12.5L8 20zM5 5.5l3 14.5',
  road: 'M8 3 4 21M16 3l4 18M12 4v3M12 10.5v3M12 17v3',
  chainage: 'M12 21s-7-6.5-7-11.5a7 7 0 0 1 14 0C19 14.5 12 21 12 21zM12 7a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
  segment: 'M4 18 10 8l5 7 5-10',
  problem: 'M12 3.5 2.5 20h19zM12 10v4.5M12 17.4v.1',
  parcel: 'M4 5h16v14H4zM4 12h16M12 5v14',
  station: 'M12 8v12M8.6 7.2c1.8-2.2 5-2.2 6.8 0M5.5 4.500c3.500-3.500 9.500-3.500 13 0',
  frontage: 'M4 10 5.500 5h13L20 10M5.500 10v9.500h13V10M4 10h16M9.500 19.500v-5h5v5',
  person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20.5c1-4 4-5.5 7.5-5.5s6.5 1.5 7.5 5.5',
};

// 1200 → "K1+200"
export function chainage(at_m) {
  const whole = Math.round(at_m);
  return `K${Math.floor(whole / 1000)}+${String(whole % 1000).padStart(3, '0')}`;
}

export function titleOf(geo, { properties }) {
  const { kind, name, at_m } = properties;
  return kind === 'chainage' ? `${name} ${chainage(at_m)}` : name;
}

const known = (value) => value !== null && value !== undefined;
const stretch = ({ from_m, to_m }) => known(from_m) && known(to_m) && `${chainage(from_m)} – ${chainage(to_m)}`;
const look = (geo, group, key) => {
  const found = geo.page.styles.groups[group].looks.find((one) => one.key === key);
  return found && geo.t(found.title);
};

const NOTES = {
  area: (geo, one) => [look(geo, 'areas', one.level), one.code],
  road: (geo, one) => [geo.t('Road'), stretch(one), geo.t('{n} segments', { n: one.segments })],
  chainage: (geo, one) => [geo.t('Place on the road'), one.segment],
  segment: (geo, one) => [geo.t('Road segment'), stretch(one), one.code],
  problem: (geo, one) => [one.category_name, one.state_name, one.lead_name],
  parcel: (geo, one) => [geo.t('Parcel'), look(geo, 'parcels', one.state), one.code],
  frontage: (geo, one) => [geo.t('Frontage'), stretch(one), one.code],
  station: (geo, one) => [geo.t('Air-monitoring station'), one.code],
  person: (geo, one) => [geo.t('Person'), one.organisation],
};

export const noteOf = (geo, { properties }) => NOTES[properties.kind](geo, properties).filter(Boolean).join(' · ');
