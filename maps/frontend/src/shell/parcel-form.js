// The attributes of one parcel. Somebody else may have saved meanwhile: then both versions are shown.

import { get, newest, patch, remove } from './api.js';
import { completionView } from './completion.js';
import { codes, word } from './choices.js';
import { fill, h, icon } from './dom.js';
import { tableOf } from './facts.js';
import { measureList } from './measure-list.js';
import { busy, field, input, select, showErrors } from './form.js';
import { closeDetail, openDetail } from './panel.js';
import { told, toast } from './toast.js';
import { area, mu, t } from './words.js';

const asChoice = (table) => (value) => word(table, value);
const asText = (value) => String(value ?? '');

const FIELDS = () => [
  { name: 'name', title: t('Name'), control: (value) => input('name', value), said: asText },
  {
    name: 'state',
    title: t('State'),
    control: (value) => choice('state', 'parcel_state', value),
    said: asChoice('parcel_state'),
  },
  {
    name: 'treatment',
    title: t('Planned treatment'),
    control: (value) => choice('treatment', 'treatment', value, true),
    said: asChoice('treatment'),
  },
  {
    name: 'origin',
    title: t('Origin'),
    control: (value) => choice('origin', 'origin', value),
    said: asChoice('origin'),
  },
  {
    name: 'found_on',
    title: t('Found on'),
    control: (value) => input('found_on', value, { type: 'date' }),
    said: asText,
  },
  { name: 'owner', title: t('Owner'), control: (value) => input('owner', value), said: asText },
];

function choice(name, table, value, empty = false) {
  const options = codes(table).map((code) => [code, word(table, code)]);
  return select(name, empty ? [['', t('Not decided')], ...options] : options, value);
}

const parcelOf = newest((id) => get(`/parcels/${id}`));

export async function openParcelForm(id) {
  const feature = await told(() => parcelOf(id));
  if (!feature) return;
  window.geo.state.set({ id });
  openDetail({
    title: feature.properties.name || feature.properties.code,
    content: [sizeOf(feature), treatment(feature), formOf(feature)],
    onLeave: left,
  });
}

const sizeOf = ({ properties: parcel }) =>
  h('p', { class: 'measure' }, h('b', {}, area(parcel.area_m2)), ' · ', mu(parcel.area_m2), h('code', {}, parcel.code));

// How far the parcel is treated, and the measures that did it; the state in the form below follows them.
function treatment({ properties: parcel }) {
  const share = h('div', {});
  const look = () =>
    told(async () => {
      const found = await get(`/parcels/${parcel.id}/completion`);
      fill(share, completionView(found));
      return found;
    });
  const changed = async () => {
    const found = await look();
    window.geo.emit('change', { layer: 'parcels', id: parcel.id });
    if (found && found.stored_state !== parcel.state) openParcelForm(parcel.id);
  };
  look();
  return h('section', { class: 'measures-section' }, h('h2', { class: 'label' }, t('Measures')), share, measureList({ parcel: parcel.code }, changed));
}

function left() {
  window.geo.highlight(null);
  window.geo.state.set({ id: null });
}

function formOf(feature) {
  const parcel = feature.properties;
  const answer = h('div', { role: 'alert' });
  const send = h('button', { type: 'submit', class: 'btn primary' }, t('Save'));
  const drop = h(
    'button',
    { type: 'button', class: 'btn danger', onclick: () => askDelete(parcel, answer) },
    t('Delete'),
  );
  const form = h(
    'form',
    { class: 'form', novalidate: true, 'data-id': parcel.id },
    h('h2', { class: 'label' }, t('Details')),
    FIELDS().map((one) => field(one.title, one.control(parcel[one.name]))),
    answer,
    h('div', { class: 'buttons' }, send, drop),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    busy(send, () => save({ form, answer, parcel, version: parcel.version }));
  });
  return form;
}

const values = (form) =>
  Object.fromEntries(FIELDS().map(({ name }) => [name, form.elements[name].value.trim() || null]));

async function save({ form, answer, parcel, version }) {
  try {
    fill(answer);
    const stored = await patch(
      `/parcels/${parcel.id}`,
      { type: 'Feature', properties: values(form) },
      { 'If-Match': `"${version}"` },
    );
    toast(t('Saved.'));
    closeDetail();
    window.geo.emit('change', { layer: 'parcels', id: stored.properties.id });
  } catch (error) {
    if (error.current) fill(answer, conflict({ form, answer, parcel, current: error.current }));
    else fill(answer, h('p', { class: 'notice error' }, showErrors(form, error)));
  }
}

// Both versions side by side: keep mine on top of theirs, or take theirs.
function conflict({ form, answer, parcel, current }) {
  const mine = values(form);
  const theirs = current.properties;
  const differ = FIELDS().filter(({ name }) => (mine[name] ?? '') !== (theirs[name] ?? ''));
  const said = (one, from) => h('td', {}, one.said(from[one.name] ?? ''));
  const rows = differ.map((one) =>
    h('tr', {}, h('th', { scope: 'row' }, one.title), said(one, mine), said(one, theirs)),
  );
  const keep = () => save({ form, answer, parcel, version: theirs.version });
  const take = () => openParcelForm(parcel.id);
  return h(
    'div',
    { class: 'notice warn conflict' },
    h('p', {}, t('Somebody else has saved this parcel meanwhile.')),
    tableOf([t('Field'), t('My version'), t('Their version')], rows),
    h(
      'div',
      { class: 'buttons' },
      h('button', { type: 'button', class: 'btn primary', onclick: keep }, t('Keep mine')),
      h('button', { type: 'button', class: 'btn', onclick: take }, t('Take theirs')),
    ),
  );
}

function askDelete(parcel, answer) {
  const yes = h(
    'button',
    { type: 'button', class: 'btn danger', onclick: () => busy(yes, () => drop(parcel, answer)) },
    t('Delete for good'),
  );
  const no = h('button', { type: 'button', class: 'btn quiet', onclick: () => fill(answer) }, t('Cancel'));
  fill(
    answer,
    h(
      'div',
      { class: 'notice warn' },
      h('p', {}, icon('alert'), t('The parcel and its border will be removed.')),
      h('div', { class: 'buttons' }, yes, no),
    ),
  );
}

async function drop(parcel, answer) {
  try {
    await remove(`/parcels/${parcel.id}`, { 'If-Match': `"${parcel.version}"` });
    toast(t('Deleted.'));
    closeDetail();
    window.geo.emit('change', { layer: 'parcels', id: parcel.id });
  } catch (error) {
    fill(answer, h('p', { class: 'notice error' }, error.message));
  }
}
