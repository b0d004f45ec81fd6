// The fields of a frontage, for planners: of one that is there, and of a new one drawn along its doors.

import { patch, post } from './api.js';
import { word } from './choices.js';
import { askForm } from './dialog.js';
import { fill, h, icon } from './dom.js';
import { busy, field, input, select, showErrors } from './form.js';
import { closeDetail, openDetail } from './panel.js';
import { PlaceField } from './report-place.js';
import { toast } from './toast.js';
import { day, t } from './words.js';

const TRADES = ['catering', 'retail', 'services', 'repair', 'other'];
const NAMES = ['name', 'trade', 'address', 'keeper', 'pledged_on'];

const fields = (one) => [
  field(t('Shop name'), input('name', one.name, { maxlength: 200 }), { required: true }),
  field(t('Kind of trade'), select('trade', TRADES.map((code) => [code, word('trade', code)]), one.trade)),
  field(t('Address'), input('address', one.address, { maxlength: 200 })),
  field(t('Keeper'), input('keeper', one.keeper, { maxlength: 100 }), { hint: t('Seen by those who answer for the place only.') }),
  field(t('Pledge signed on'), input('pledged_on', one.pledged_on, { type: 'date', max: day(window.geo.page.now) })),
];
const said = ({ elements }) => Object.fromEntries(NAMES.map((name) => [name, elements[name].value]));

export function editFrontage({ properties: one }, saved) {
  const onsave = async (form) => {
    await patch(`/frontages/${one.id}`, { type: 'Feature', properties: said(form) }, { 'If-Match': `"${one.version}"` });
    saved();
  };
  askForm({ title: t('Change the frontage'), parts: fields(one), save: t('Save'), onsave });
}

// `saved(feature)` when it is stored.
export function openNewFrontage(saved) {
  let geometry = null;
  const place = new PlaceField({ only: 'LineString' }, (found) => {
    geometry = found.geometry;
    window.geo.highlight({ type: 'Feature', geometry, properties: {} });
  });
  const answer = h('div', { role: 'alert' });
  const send = h('button', { type: 'submit', class: 'btn primary block' }, t('Save'));
  const form = h('form', { class: 'form', id: 'frontage-form', novalidate: true }, h('p', { class: 'hint' }, t('Draw a line along the doors: road, side and chainage follow from it.')), place.element, fields({ trade: 'retail' }), answer, send);
  const save = async () => {
    fill(answer);
    if (!geometry) return fill(answer, h('p', { class: 'notice error' }, t('Show the place first.')));
    try {
      const made = await post('/frontages', { type: 'Feature', geometry, properties: said(form) });
      toast(t('Saved.'));
      window.geo.emit('change', { layer: 'frontages', id: made.id });
      closeDetail();
      saved(made);
    } catch (error) {
      fill(answer, h('p', { class: 'notice error' }, icon('alert'), h('span', {}, showErrors(form, error))));
    }
    return undefined;
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    busy(send, save);
  });
  openDetail({ title: t('New frontage'), content: form, onLeave: () => window.geo.highlight(null) });
}
