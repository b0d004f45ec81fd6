// A versioned list of rows that an administrator edits row by row: each change puts the whole list, with its version.

import { put } from './api.js';
import { askForm } from './dialog.js';
import { h } from './dom.js';
import { toast } from './toast.js';
import { t } from './words.js';

export class RuleRows {
  // The list stands under `name` at the address of the same name, a row is known by its field `key`; the service
  // counts rows in its errors from `first` on.
  constructor(place, { name, key, first = 0 }) {
    Object.assign(this, { place, name, key, first });
  }

  get rows() {
    return this.sheet[this.name];
  }

  // A window with the form of a row; its errors are said beside their fields.
  edit(old, { title, form }) {
    askForm({
      title,
      parts: form.parts(),
      save: t('Save'),
      onsave: async () => {
        const wish = form.value();
        const at = this.placeOf(old);
        try {
          await this.save(this.rows.toSpliced(at, 1, wish));
        } catch (error) {
          throw this.ofRow(error, at);
        }
      },
    });
  }

  ask(old, { title, name }) {
    askForm({
      title,
      parts: h('p', {}, name),
      save: t('Remove'),
      onsave: () => this.save(this.rows.filter((one) => one[this.key] !== old[this.key])),
    });
  }

  // Looked up when it is needed: somebody else may have changed the list meanwhile. What is new comes last.
  placeOf(old) {
    const at = this.rows.findIndex((one) => one[this.key] === old[this.key]);
    return at < 0 ? this.rows.length : at;
  }

  async save(rows) {
    try {
      this.show(await put(`/${this.name}`, { [this.name]: rows }, { 'If-Match': `"${this.sheet.version}"` }));
      toast(t('Saved.'));
    } catch (error) {
      if (error.current) this.show(error.current);
      throw error;
    }
  }

  // The service names row and field (“campaigns.1.phases.0.end”); in the row's own form the rest is enough.
  ofRow(error, at) {
    const start = `${this.name}.${at + this.first}.`;
    error.fields = (error.fields || []).map((one) => ({ ...one, field: (one.field || '').replace(start, '') }));
    return error;
  }
}
