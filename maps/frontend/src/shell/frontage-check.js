// A check of a frontage: every duty passed, failed, or does not apply; made on a phone before the door.

import { newKey, post, table } from './api.js';
import { fill, find, h, icon } from './dom.js';
import { busy, field, segmented, showErrors, textarea } from './form.js';
import { OpensProblem } from './opens-problem.js';
import { actingField, knowActing } from './people.js';
import { told, toast } from './toast.js';
import { t } from './words.js';

const CATEGORY = '0604';
const results = () => [
  ['pass', t('Pass'), icon('check')],
  ['fail', t('Fail'), icon('close')],
  ['na', t('n/a')],
];

// Opens in place of `button`; `saved(check)` when it is stored.
export async function openCheck(button, frontage, saved) {
  await knowActing();
  const sheet = await told(() => table('/frontage-duties'));
  if (!sheet) return;
  const form = new CheckForm(frontage, sheet.duties, saved);
  form.onclose = () => {
    form.element.remove();
    button.hidden = false;
  };
  button.hidden = true;
  button.after(form.element);
  form.element.scrollIntoView({ block: 'nearest' });
}

class CheckForm {
  constructor(frontage, duties, saved) {
    Object.assign(this, { frontage, duties, saved, said: {}, key: newKey() });
    this.opens = new OpensProblem(CATEGORY, () => spot(frontage.geometry));
    this.by = actingField();
    this.answer = h('div', { role: 'alert' });
    this.rows = h('div', { class: 'duties' });
    this.element = this.form();
    this.show();
  }

  form() {
    const send = h('button', { type: 'submit', class: 'btn primary' }, t('Save the check'));
    const cancel = h('button', { type: 'button', class: 'btn quiet', onclick: () => this.onclose() }, t('Cancel'));
    const all = h('button', { type: 'button', class: 'btn block', id: 'all-pass', onclick: () => this.all() }, icon('check'), t('All duties passed'));
    const form = h(
      'form',
      { class: 'form boxed', id: 'check-form', novalidate: true },
      h('div', { class: 'field', 'data-field': 'results' }, this.rows, h('p', { class: 'field-error', hidden: true })),
      all,
      this.opens.element,
      field(t('Note'), textarea('note', '', { rows: 2, maxlength: 2000 })),
      this.by.element,
      this.answer,
      h('div', { class: 'buttons' }, send, cancel),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      busy(send, () => this.save());
    });
    return form;
  }

  show() {
    const row = ({ code, name }) =>
      h('div', { class: 'duty', 'data-duty': code }, h('b', {}, name), segmented(`duty-${code}`, results(), this.said[code], (value) => this.judge(code, value), name));
    fill(this.rows, this.duties.map(row));
  }

  judge(code, value) {
    this.said[code] = value;
    this.opens.offer(Object.values(this.said).includes('fail'));
  }

  all() {
    this.duties.forEach(({ code }) => this.judge(code, 'pass'));
    this.show();
  }

  async save() {
    const missing = this.duties.find(({ code }) => !this.said[code]);
    if (missing) return fill(this.answer, h('p', { class: 'notice error' }, t('Judge every duty: {name} is left.', { name: missing.name })));
    const by = this.by.value()?.code;
    const body = { results: this.said, note: this.element.elements.note.value, problem: this.opens.value(), ...(by ? { by } : {}) };
    try {
      fill(this.answer);
      const done = await post(`/frontages/${this.frontage.id}/checks`, body, { 'Idempotency-Key': this.key });
      toast(done.problem ? t('Saved; problem {code} was opened.', { code: done.problem.code }) : t('Saved.'));
      this.onclose();
      this.saved(done);
    } catch (error) {
      fill(this.answer, h('p', { class: 'notice error' }, showErrors(this.element, error)));
      find('[aria-invalid]', this.element)?.focus();
    }
    return undefined;
  }
}

// Where the problem would lie, near enough to ask what is known there: a line as it is, of an area its first corner.
const spot = (geometry) => geometry && (geometry.type === 'Polygon' ? { type: 'Point', coordinates: geometry.coordinates[0][0] } : geometry);
