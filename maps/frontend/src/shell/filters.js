// Which problems are shown: kept in the page's address, told to the map, changed by chips and a form.

import { CHOICES } from '../bus/filters.js';
import { get, newest, table } from './api.js';
import { fill, h, icon } from './dom.js';
import { field, select } from './form.js';
import { closeDetail, openDetail } from './panel.js';
import { isPublic } from './public.js';
import { groups, sign } from './states.js';
import { codes, word } from './choices.js';
import { count, t } from './words.js';

// What the address says, e.g. {state: "fixed", overdue: "1"}.
export function chosen() {
  const all = window.geo.state.get();
  return Object.fromEntries(CHOICES.filter((name) => all[name]).map((name) => [name, all[name]]));
}

// The same as a query for the service: without a chosen state the open ones are meant.
export const query = (filter = chosen()) => ({ ...filter, state: filter.state || 'open' });

// Changes some of it (null takes a name away); the bus writes the address before anybody else hears.
export const choose = (changes) => window.geo.emit('filter', changes);

const summaryOf = newest((query) => get('/problems/summary', query));
const clear = () => choose(Object.fromEntries(CHOICES.map((name) => [name, null])));

const same = (value, codes) => value.split(',').sort().join() === [...codes].sort().join();

function stateTitle(value) {
  const known = groups().find((group) => same(value, group.states));
  return known ? t(known.title) : t('{n} states', { n: value.split(',').length });
}

// Chips of what is chosen, each with a way to take it back.
export async function chips(element) {
  const filter = chosen();
  const titles = await Promise.all(
    Object.entries(filter).map(async ([name, value]) => [name, await title(name, value)]),
  );
  const all = titles.map(([name, text]) =>
    h(
      'button',
      {
        type: 'button',
        class: 'chip on',
        'data-filter': name,
        'aria-label': t('Remove the filter {name}', { name: text }),
        onclick: () => choose({ [name]: null }),
      },
      text,
      icon('close'),
    ),
  );
  const reset =
    all.length > 1 && h('button', { type: 'button', class: 'chip', onclick: clear }, t('Clear all'));
  fill(element, all, reset);
}

const PLAIN_TITLES = {
  state: stateTitle,
  overdue: () => t('Overdue'),
  rebound: () => t('Rebounds'),
  recheck: () => t('To be re-checked above'),
  merged_into: () => t('Merged into one case'),
  since: (value) => t('Found since {time}', { time: value.slice(0, 10) }),
  as_of: (value) => t('As of {time}', { time: value.slice(0, 10) }),
  source: (value) => word('source_level', value),
  flag: (value) => word('flag', value),
  stage: (value) => t('Stage: {stage}', { stage: word('stage', value) }),
  tag: (value) => t('Tag: {tag}', { tag: value }),
  escalation: (value) => (value === 'any' ? t('Escalated') : word('escalation', value)),
};

async function title(name, value) {
  if (PLAIN_TITLES[name]) return PLAIN_TITLES[name](value);
  if (name === 'category') return categoryTitle(await table('/categories'), value);
  if (name === 'area') return (await places()).find((place) => placeCode(place) === value)?.name || value;
  return `“${value}”`;
}

// All areas, and the other places on which most is open.
const places = async () => {
  const [areas, { by_place }] = await Promise.all([table('/areas'), table('/problems/summary')]);
  return [...areas.map((area) => ({ layer: 'areas', ...area })), ...by_place.filter(({ layer }) => layer !== 'areas')];
};

// What the filter calls a place: an area by its code, any other with its layer before it.
export const placeCode = ({ layer, code }) => (layer === 'areas' ? code : `${layer}:${code}`);

const children = (categories, parent) => categories.filter((one) => one.parent && one.parent === parent);

// A group of kinds is filtered by all its kinds.
const groupCodes = (categories, parent) =>
  children(categories, parent)
    .map((one) => one.code)
    .join(',');

function categoryTitle(categories, value) {
  const group = categories.find(
    (one) => !one.parent && same(value, groupCodes(categories, one.code).split(',')),
  );
  return (group || categories.find((one) => one.code === value))?.name || value;
}

export async function openFilterForm() {
  const lists = [table('/categories'), places(), isPublic() ? { tags: [] } : table('/tags')];
  const [categories, known, { tags }] = await Promise.all(lists);
  const button = h('button', { type: 'button', class: 'btn primary block', onclick: closeDetail });
  const show = async () => {
    const found = await summaryOf(query());
    if (!found) return;
    const { total } = found;
    fill(button, total === 1 ? t('Show 1 problem') : t('Show {n} problems', { n: count(total) }));
  };
  const over = window.geo.on('filter', () => show());
  const fields = [
    stateField(),
    ...categoryFields(categories),
    placeField(known.filter((place) => place.layer === 'areas')),
    otherFields(tags),
  ];
  const reset = h(
    'button',
    { type: 'button', class: 'btn quiet block', onclick: () => (clear(), openFilterForm()) },
    t('Clear all'),
  );
  openDetail({
    title: t('Filter'),
    content: h('div', { class: 'form' }, fields, button, reset),
    onLeave: over,
  });
  show();
}

function stateField() {
  const toggles = groups().map((group) => stateToggle(group));
  return h(
    'fieldset',
    { class: 'field' },
    h('legend', {}, t('State')),
    h('div', { class: 'chips' }, toggles),
  );
}

function stateToggle(group) {
  const on = () => (chosen().state || '').split(',').includes(group.states[0]);
  const flip = (event) => {
    const states = new Set((chosen().state || '').split(',').filter(Boolean));
    const was = states.has(group.states[0]);
    group.states.forEach((state) => (was ? states.delete(state) : states.add(state)));
    choose({ state: [...states].join(',') || null });
    event.currentTarget.setAttribute('aria-pressed', String(!was));
  };
  return h(
    'button',
    { type: 'button', class: 'chip', 'aria-pressed': String(on()), onclick: flip },
    sign('problems', group.key),
    t(group.title),
  );
}

// Two levels: the first narrows the second; choosing only the first filters by it.
function categoryFields(categories) {
  const now = (chosen().category || '').split(',');
  const parent = categories.find((one) => one.code === now[0])?.parent || '';
  const named = (list) => [['', t('All')], ...list.map((one) => [one.code, one.name])];
  const second = select('category', named(children(categories, parent)), now.length === 1 ? now[0] : '', {
    disabled: !parent,
  });
  const first = select('category_group', named(categories.filter((one) => !one.parent)), parent);
  first.addEventListener('change', () => {
    fill(
      second,
      named(children(categories, first.value)).map(([value, text]) => h('option', { value }, text)),
    );
    second.disabled = !first.value;
    choose({ category: groupCodes(categories, first.value) || null });
  });
  second.addEventListener('change', () =>
    choose({ category: second.value || groupCodes(categories, first.value) || null }),
  );
  return [field(t('Kind group'), first), field(t('Kind'), second)];
}

const chooser = (name, label, options) => {
  const control = select(name, [['', t('All')], ...options], chosen()[name] || '', {
    onchange: () => choose({ [name]: control.value || null }),
  });
  return field(label, control);
};

const placeField = (areas) =>
  chooser(
    'area',
    t('Area'),
    areas.map((one) => [one.code, one.name]),
  );

const checkbox = (name, title) => {
  const control = h('input', {
    type: 'checkbox',
    name,
    checked: Boolean(chosen()[name]),
    onchange: () => choose({ [name]: control.checked ? '1' : null }),
  });
  return h('label', { class: 'check' }, control, h('span', {}, title));
};

const worded = (table) => codes(table).map((code) => [code, word(table, code)]);

const otherFields = (tags) =>
  isPublic() ? [h('div', { class: 'checks' }, checkbox('overdue', t('Only overdue')))] : officeFields(tags);

const officeFields = (tags) => [
  chooser('tag', t('Tag'), [...new Set([...tags, chosen().tag])].filter(Boolean).map((tag) => [tag, tag])),
  h(
    'div',
    { class: 'pair' },
    chooser('source', t('Source'), worded('source_level')),
    chooser('stage', t('Stage'), worded('stage')),
  ),
  h(
    'div',
    { class: 'pair' },
    chooser('escalation', t('Escalation'), [['any', t('Any step')], ...worded('escalation')]),
    chooser('flag', t('Flag'), worded('flag')),
  ),
  h(
    'div',
    { class: 'checks' },
    checkbox('overdue', t('Only overdue')),
    checkbox('rebound', t('Only rebounds')),
    checkbox('recheck', t('Only what a higher level must re-check')),
  ),
];
