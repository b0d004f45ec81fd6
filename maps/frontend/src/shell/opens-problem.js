// “Open a problem too”: offered where a check or a sample has failed. What is known already near the place is shown
// before anything is saved, and the entry may be added to it.

import { post } from './api.js';
import { fill, h } from './dom.js';
import { KnownCases } from './report-known.js';
import { t } from './words.js';

export class OpensProblem {
  // `category`: of the problem; `place()` gives its geometry, or null while there is none.
  constructor(category, place) {
    Object.assign(this, { category, place });
    this.known = new KnownCases(() => {});
    this.who = h('p', { class: 'hint', 'aria-live': 'polite' });
    this.box = h('input', { type: 'checkbox', name: 'opens', onchange: () => this.look() });
    const label = h('label', { class: 'check' }, this.box, h('span', {}, t('Report it as a problem too')));
    this.element = h('div', { class: 'opens', 'data-field': 'problem', hidden: true }, label, this.who, this.known.element, h('p', { class: 'field-error', hidden: true }));
  }

  // Whether there is something to report.
  offer(failed) {
    if (this.element.hidden === !failed) return;
    this.element.hidden = !failed;
    this.box.checked = failed;
    this.look();
  }

  async look() {
    const geometry = this.place();
    const wanted = this.box.checked && geometry;
    this.known.element.hidden = !wanted;
    if (!wanted) return void fill(this.who);
    const found = await post('/problems/preview', { geometry, category: this.category }).catch(() => null);
    if (!found || !this.box.checked) return;
    const { responsible } = found;
    fill(this.who, responsible.person_name && t('It goes to {name}.', { name: responsible.person_name }));
    this.known.offer(found.duplicates, geometry, found.hidden_duplicates);
  }

  // What the service is told: nothing, yes, or of which known problem it is the same.
  value() {
    if (this.element.hidden || !this.box.checked) return false;
    return this.known.chosen ? { duplicate_of: this.known.chosen } : true;
  }
}
