// The radius and the days that the data speak for become a rule: a new version of one kind's rules, or of every kind's.

import { get, patch } from './api.js';
import { askForm } from './dialog.js';
import { h } from './dom.js';
import { actingField } from './people.js';
import { toast } from './toast.js';
import { count, decimal, t } from './words.js';

// The kinds (小类) in use.
export const inUse = async () => (await get('/categories')).filter(({ parent }) => parent);

// Asks before anything is written; `category`: the code of one kind, '' = all of them.
export async function askToUse({ radius_m, days, category, title }) {
  const kinds = (await inUse()).filter(({ code }) => !category || code === category);
  const others = kinds.filter((one) => one.rebound_radius_m !== radius_m || one.rebound_days !== days);
  if (!others.length) return toast(t('These values are in use already.'));
  const by = actingField();
  const save = () => writeAll(others, { rebound_radius_m: radius_m, rebound_days: days }, by.value()?.code);
  askForm({ title, parts: [consequences(others), by.element], save: t('Save as a new version'), onsave: save });
}

function consequences(others) {
  const [one] = others;
  const before = { name: one.name, radius: decimal(one.rebound_radius_m, 0), days: decimal(one.rebound_days, 0) };
  const what =
    others.length === 1
      ? t('{name}: until now {radius} m and {days} days.', before)
      : t('{n} kinds of problems get a new version of their rules.', { n: count(others.length) });
  return [
    h('p', {}, what),
    h('p', { class: 'hint' }, t('The analysis follows at once; what is on record of single cases stays as it is.')),
  ];
}

async function writeAll(others, rules, by) {
  for (const { code, version } of others)
    await patch(`/categories/${code}`, { ...rules, ...(by ? { by } : {}) }, { 'If-Match': `"${version}"` });
  toast(t('Saved'));
  window.geo.emit('change', { layer: 'problems' });
}
