// What a feature says of itself, as DOM made with textContent only.

const TITLE_FIELDS = ['name', 'road_name', 'code'];

// Whether it is a cell of problems, or one of many parcels or roads that lie too close to be told apart.
export const standsForMany = ({ point_count, stands_for }) => Boolean(point_count || stands_for);

// The short name of a feature for the mouse's tip, or '' when it has none.
export function nameOf({ t }, { layer, properties }) {
  if (properties.point_count) return t('{count} problems', { count: properties.point_count });
  if (properties.stands_for) return t('{count} lie here', { count: properties.stands_for });
  if (layer === 'problems') return [properties.code, properties.category_name].filter(Boolean).join(' · ');
  return String(TITLE_FIELDS.map((field) => properties[field]).find(Boolean) ?? '');
}

// `fields`: [{name, title, kind?, unit?}] in order; a field without a value leaves no row.
export function popupContent(geo, hit, fields) {
  const box = document.createElement('div');
  const title = document.createElement('h4');
  title.textContent = nameOf(geo, hit);
  const table = document.createElement('table');
  for (const field of fields) addRow(geo, table, field, hit.properties[field.name]);
  box.append(title, table);
  return box;
}

function addRow(geo, table, { title, kind, unit }, value) {
  if (value === undefined || value === null || value === '') return;
  const row = table.insertRow();
  const head = document.createElement('th');
  head.scope = 'row';
  head.textContent = geo.t(title);
  row.append(head);
  row.insertCell().textContent = said(geo, kind, value) + (unit ? ` ${geo.t(unit)}` : '');
}

const SAID = {
  state: ({ page, t }, value) => t(page.styles.states[value]?.title ?? value),
  time: ({ time }, value) => time(value),
  day: ({ time }, value) => time(value, { day: true }),
  number: ({ number }, value) => number(value, 1),
  precise: ({ number }, value) => number(value, 4),
  percent: ({ number }, value) => `${number(value * 100, 0)} %`,
  word: ({ t }, value) => t(value),
};

function said(geo, kind, value) {
  const [form, group] = (kind ?? '').split(':');
  if (form === 'look') return geo.t(lookTitle(geo, group, value));
  if (form === 'table') return geo.t(geo.page.styles[group][value] ?? String(value));
  return (SAID[form] ?? ((_, plain) => String(plain)))(geo, value);
}

function lookTitle({ page }, group, value) {
  return page.styles.groups[group].looks.find((look) => look.key === value)?.title ?? String(value);
}
