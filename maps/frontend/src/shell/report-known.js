// Problems that are known already near the place of a new report: shown with the map, before anything is saved.

import { caseText } from './case-choice.js';
import { fill, h, icon } from './dom.js';
import { t } from './words.js';

export class KnownCases {
  // `onchange()` tells that the finder has decided; `chosen` is then the id of the known problem, or null.
  constructor(onchange) {
    Object.assign(this, { onchange, known: [], chosen: null, decided: false });
    this.element = h('div', { class: 'known', 'aria-live': 'polite' });
  }

  // `known`: Features with distance_m and age_days; `hidden`: how many more there are that one may not see.
  offer(known, geometry, hidden) {
    const same = known.map(({ id }) => id).join() === this.known.map(({ id }) => id).join();
    Object.assign(this, { known, geometry, hidden });
    if (!same) Object.assign(this, { chosen: null, decided: false });
    this.show();
  }

  decide(chosen, decided = true) {
    Object.assign(this, { chosen, decided });
    this.show();
    this.onchange();
  }

  show() {
    const place = { type: 'Feature', geometry: this.geometry, properties: {} };
    const open = this.known.length > 0 && !this.decided;
    window.geo.highlight({ type: 'FeatureCollection', features: open ? [place, ...this.known] : [place] });
    if (!this.known.length) fill(this.element, this.hidden > 0 && hiddenNote());
    else fill(this.element, this.decided ? this.decision() : this.question());
  }

  question() {
    const cases = this.known.map((one, i) => line(one, i === 0));
    const box = h('ul', { class: 'cases' }, cases);
    const picked = () => Number(box.querySelector(':checked').value);
    return h(
      'div',
      { class: 'notice warn', role: 'group', 'aria-label': t('Is it known already?') },
      icon('alert'),
      h(
        'div',
        {},
        h('b', {}, t('Is it known already?')),
        h('span', {}, t('The same kind was reported here lately; the places are marked on the map.')),
        box,
        h(
          'div',
          { class: 'buttons' },
          button('same', t('It is the same: add as evidence'), () => this.decide(picked())),
          button('another', t('It is another one'), () => this.decide(null)),
        ),
      ),
    );
  }

  decision() {
    const one = this.known.find(({ properties }) => properties.id === this.chosen);
    const text = one
      ? t('Will be added to {code} as further evidence.', { code: one.properties.code })
      : t('Will be a case of its own.');
    const back = () => this.decide(null, false);
    return h(
      'p',
      { class: 'notice info', 'data-decision': one ? 'same' : 'another' },
      icon(one ? 'file' : 'plus'),
      h('span', {}, text),
      h('button', { type: 'button', class: 'link-button', onclick: back }, t('Change')),
    );
  }
}

const hiddenNote = () =>
  h('p', { class: 'notice info' }, icon('file'), h('span', {}, t('Something of this kind is known here already, to those who answer for it. Report it all the same: they will put the two together.')));

const line = (one, checked) =>
  h(
    'li',
    {},
    h('label', { class: 'case' }, h('input', { type: 'radio', name: 'known', value: one.properties.id, checked }), caseText(one)),
  );

const button = (name, title, onclick) =>
  h('button', { type: 'button', class: 'btn small', 'data-known': name, onclick }, title);
