// Reporting without an account: the place, the kind, a sentence, a photo; whether it is known is shown before sending.

import { get, newKey, newest, post, table } from './api.js';
import { fill, find, h, icon } from './dom.js';
import { busy, field, input, showErrors, textarea } from './form.js';
import { publicPhotos } from './public-photos.js';
import { PlaceField } from './report-place.js';
import { isPhone, setHeight } from './sheet.js';
import { stateChip } from './states.js';
import { told } from './toast.js';
import { day, t } from './words.js';

export async function start() {
  const categories = (await told(() => table('/categories'))) || [];
  fill(find('#content'), new PublicReport(categories).element);
  if (isPhone()) setHeight('half');
}

const knownNear = newest((query) => get('/reports/known', query).catch(() => ({ features: [] })));

class PublicReport {
  constructor(categories) {
    Object.assign(this, { key: newKey(), geometry: null, same: null, receipt: null, opened_at: window.geo.page.now });
    this.place = new PlaceField({ only: 'Point' }, ({ geometry }) => this.changePlace(geometry));
    this.kind = kindSelect(categories, () => this.look());
    this.known = h('div', { class: 'known', 'aria-live': 'polite' });
    this.text = textarea('description', '', { maxlength: 1000, placeholder: t('What is there, and how much?') });
    this.photos = publicPhotos();
    this.contact = input('contact', '', { maxlength: 100, autocomplete: 'off' });
    this.trap = input('website', '', { tabindex: '-1', autocomplete: 'off' });
    this.answer = h('p', { class: 'notice error', role: 'alert', hidden: true });
    this.send = h('button', { type: 'submit', class: 'btn primary block', id: 'send' }, t('Send the report'));
    this.element = this.form();
  }

  form() {
    const contact = field(t('Telephone or mail (if you like)'), this.contact, {
      hint: t('For questions only. The office alone sees it, and it is erased after a while.'),
    });
    const form = h(
      'form',
      { class: 'form report', novalidate: true },
      h('p', { class: 'hint' }, t('No account is needed. You get a link with which you alone see what becomes of it.')),
      this.place.element,
      field(t('Kind of problem'), this.kind, { required: true }),
      this.known,
      field(t('Description'), this.text),
      this.photos.element,
      contact,
      h('div', { class: 'trap', 'aria-hidden': 'true' }, h('label', {}, 'Website', this.trap)),
      this.answer,
      this.send,
    );
    form.addEventListener('submit', (event) => (event.preventDefault(), busy(this.send, () => this.submit())));
    return form;
  }

  changePlace(geometry) {
    this.geometry = geometry;
    window.geo.highlight({ type: 'Feature', geometry, properties: {} });
    if (isPhone()) setHeight('full');
    this.look();
  }

  // What everybody may see of the same kind near by.
  async look() {
    const { geometry } = this;
    this.same = null;
    fill(this.known);
    if (!geometry || !this.kind.value) return;
    const [lon, lat] = geometry.coordinates;
    const found = await knownNear({ category: this.kind.value, lon, lat });
    if (found && geometry === this.geometry) this.offer(found.features);
  }

  offer(features) {
    if (!features.length) return;
    const choose = (event) => {
      this.same = event.target.value ? Number(event.target.value) : null;
      fill(this.send, this.same ? t('Add to what is known') : t('Send the report'));
    };
    const line = (value, checked, ...said) =>
      h('li', {}, h('label', { class: 'case' }, h('input', { type: 'radio', name: 'known', value, checked, onchange: choose }), ...said));
    const known = features.map(({ properties: one }) =>
      line(one.id, false, h('span', {}, stateChip(one), h('small', {}, [one.code, day(one.found_at)].join(' · ')))),
    );
    fill(
      this.known,
      h(
        'div',
        { class: 'notice info', role: 'group', 'aria-label': t('Is it known already?') },
        icon('search'),
        h(
          'div',
          {},
          h('b', {}, t('Known already near this place')),
          h('ul', { class: 'cases' }, known, line('', true, h('span', {}, t('Mine is another one')))),
        ),
      ),
    );
  }

  missing() {
    if (!this.geometry) return t('Show the place first.');
    return this.kind.value ? '' : t('Choose the kind of problem.');
  }

  body() {
    const properties = {
      category: this.kind.value,
      description: this.text.value.trim(),
      contact: this.contact.value.trim(),
      website: this.trap.value,
      opened_at: this.opened_at,
      ...(this.same ? { duplicate_of: this.same } : {}),
    };
    return { type: 'Feature', geometry: this.geometry, properties };
  }

  async submit() {
    this.answer.hidden = true;
    const missing = this.missing();
    if (missing) return this.refuse(missing);
    try {
      this.receipt ??= (await post('/reports', this.body(), { 'Idempotency-Key': this.key })).receipt;
    } catch (error) {
      return this.refuse(showErrors(this.element, error));
    }
    const left = await this.photos.send(this.receipt);
    return left ? this.saved(left) : location.assign(`/report/${this.receipt}`);
  }

  // The report is there, some photos are not: they can be sent again, or left.
  saved(left) {
    this.refuse(t('The report is saved; {n} photos could not be sent.', { n: left }));
    fill(this.send, t('Send the rest'));
    this.answer.append(' ', h('a', { href: `/report/${this.receipt}` }, t('Go on without them')));
  }

  refuse(text) {
    this.answer.hidden = false;
    fill(this.answer, text);
    this.answer.scrollIntoView({ block: 'nearest' });
  }
}

function kindSelect(categories, onchange) {
  const open = categories.filter((one) => one.public);
  const groups = categories.filter((one) => open.some(({ parent }) => parent === one.code));
  const options = (code) => open.filter(({ parent }) => parent === code).map((one) => h('option', { value: one.code }, one.name));
  return h(
    'select',
    { name: 'category', class: 'input', onchange },
    h('option', { value: '' }, t('Choose …')),
    groups.map((one) => h('optgroup', { label: one.name }, options(one.code))),
  );
}
