// The form of one category: every rule of it; only what was changed is sent, against the version that is shown.

import { get, patch } from './api.js';
import { fill, h, icon } from './dom.js';
import { busy, showErrors } from './form.js';
import { actingField } from './people.js';
import { sections } from './rules-fields.js';
import { versionList } from './rules-versions.js';
import { toast } from './toast.js';
import { t } from './words.js';

// `actions.back()` shows the table, `actions.open(code)` the form anew.
export async function editor(category, categories, actions) {
  const [versions, { ladders }] = await Promise.all([
    get(`/categories/${category.code}/versions`),
    get('/ladders'),
  ]);
  const form = new CategoryForm(category, Object.keys(ladders), actions);
  const group = categories.find((one) => one.code === category.parent);
  return h(
    'section',
    { class: 'rules-editor', 'data-code': category.code },
    h(
      'div',
      { class: 'rules-head' },
      h(
        'button',
        { type: 'button', class: 'btn', id: 'rules-back', onclick: actions.back },
        icon('back'),
        h('span', {}, t('All categories')),
      ),
      h('h2', { tabindex: -1 }, h('code', {}, category.code), category.name),
      group && h('small', {}, group.name),
      category.retired && h('span', { class: 'tag', 'data-tag': 'retired' }, t('Retired')),
    ),
    form.element,
    h('section', { class: 'card' }, h('h3', {}, t('Versions')), versionList(versions)),
  );
}

class CategoryForm {
  constructor(category, ladders, actions) {
    Object.assign(this, { category, actions });
    const field = ([name, make]) => make(name, category[name], { ladders });
    const made = sections().map(([title, rows]) => [title, rows.map(field)]);
    this.fields = made.flatMap(([, fields]) => fields);
    // What the controls give for the stored values: only a difference from this is a change.
    this.before = new Map(this.fields.map((field) => [field.name, JSON.stringify(field.value())]));
    this.by = actingField();
    this.answer = h('p', { class: 'notice error', role: 'alert', hidden: true });
    this.send = h('button', { type: 'submit', class: 'btn primary' }, t('Save as a new version'));
    this.element = h(
      'form',
      { class: 'rules-form', novalidate: true },
      made.map(([title, fields]) => card(title, fields)),
      h(
        'div',
        { class: 'card rules-foot' },
        this.by.element,
        this.answer,
        h('div', { class: 'buttons' }, this.send, this.retire()),
      ),
    );
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      busy(this.send, () => this.submit());
    });
  }

  // Retired, a category takes no new problems; its cases go on.
  retire() {
    const { retired } = this.category;
    const onclick = () => busy(button, () => this.save({ retired: !retired }));
    const button = h(
      'button',
      { type: 'button', class: retired ? 'btn' : 'btn danger', id: 'retire', onclick },
      retired ? t('Take into use again') : t('Retire'),
    );
    return button;
  }

  changes() {
    const changed = this.fields.filter((field) => JSON.stringify(field.value()) !== this.before.get(field.name));
    return Object.fromEntries(changed.map((field) => [field.name, field.value()]));
  }

  async submit() {
    const changes = this.changes();
    if (!Object.keys(changes).length) return toast(t('Nothing was changed.'));
    return this.save(changes);
  }

  async save(changes) {
    const { code, version } = this.category;
    const by = this.by.value()?.code;
    try {
      this.answer.hidden = true;
      await patch(`/categories/${code}`, { ...changes, ...(by ? { by } : {}) }, { 'If-Match': `"${version}"` });
      toast(t('Saved'));
      await this.actions.open(code);
    } catch (error) {
      this.answer.hidden = false;
      fill(this.answer, showErrors(this.element, error));
      this.element.querySelector('[aria-invalid], .field-error:not([hidden])')?.scrollIntoView({ block: 'center' });
    }
  }
}

const card = (title, fields) =>
  h('section', { class: 'card form' }, h('h3', {}, title), fields.map((one) => one.element));
