// The place of a report: pointed at or drawn on the map, or where the device is.

import { fill, findAll, h, icon } from './dom.js';
import { segmented } from './form.js';
import { box, describe } from './geometry.js';
import { isPhone, setHeight } from './sheet.js';
import { t } from './words.js';

const PATIENCE_MS = 15_000;
const shapes = () => [
  ['Point', t('Point'), icon('pin')],
  ['LineString', t('Line'), icon('line')],
  ['Polygon', t('Surface'), icon('area')],
];

export class PlaceField {
  // `onchange({geometry, accuracy_m})` tells of another place; `only`: the one kind of shape that is taken.
  constructor({ geometry, accuracy_m, only }, onchange) {
    Object.assign(this, { shape: only || geometry?.type || 'Point', only, onchange });
    this.said = h('p', { class: 'picked', role: 'status' });
    this.element = this.field();
    if (geometry) this.show(geometry, accuracy_m);
  }

  field() {
    const change = (value) => {
      this.shape = value;
    };
    return h(
      'fieldset',
      { class: 'field', 'data-field': 'geometry' },
      h('legend', {}, t('Where')),
      !this.only && segmented('shape', shapes(), this.shape, change, t('Shape')),
      h(
        'div',
        { class: 'buttons' },
        button('pick', 'pin', t('Show on the map'), () => this.pick()),
        ['Point', undefined].includes(this.only) && button('my-position', 'locate', t('My position'), () => this.locate()),
      ),
      this.said,
      h('p', { class: 'field-error', hidden: true }),
    );
  }

  async pick() {
    if (isPhone()) setHeight('peek');
    const geometry = await window.geo.pick({ type: this.shape });
    if (isPhone()) setHeight('half');
    if (geometry) this.set(geometry);
  }

  locate() {
    if (!window.isSecureContext)
      return fill(
        this.said,
        t('The browser gives the position only over HTTPS. Show the place on the map instead.'),
      );
    fill(this.said, t('Looking for your position …'));
    const found = ({ coords }) => {
      this.shape = 'Point';
      findAll('[name=shape]', this.element).forEach((radio) => {
        radio.checked = radio.value === 'Point';
      });
      this.set({ type: 'Point', coordinates: [coords.longitude, coords.latitude] }, coords.accuracy);
    };
    const failed = () =>
      fill(this.said, t('The position could not be found. Show the place on the map instead.'));
    return navigator.geolocation.getCurrentPosition(found, failed, { enableHighAccuracy: true, timeout: PATIENCE_MS });
  }

  set(geometry, accuracy_m) {
    this.show(geometry, accuracy_m);
    window.geo.fit(box(geometry));
    this.onchange({ geometry, accuracy_m });
  }

  show(geometry, accuracy_m) {
    const exact = accuracy_m && t('accurate to {n} m', { n: Math.round(accuracy_m) });
    fill(this.said, icon('check'), h('span', {}, [describe(geometry), exact].filter(Boolean).join(' · ')));
  }
}

const button = (id, drawing, title, onclick) =>
  h('button', { type: 'button', class: 'btn', id, onclick }, icon(drawing), h('span', {}, title));
