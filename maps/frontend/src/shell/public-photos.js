// Photos of somebody who reports without an account: chosen, shown small, sent to the report that its link opens.

import { newKey, post } from './api.js';
import { fill, h, icon } from './dom.js';
import { prepared } from './photo-files.js';
import { photoSources } from './photo-sources.js';
import { t } from './words.js';

// {element, count(), send(receipt)}; `send` gives how many could not be sent: these stay, each with its reason.
export function publicPhotos({ onchange = () => {} } = {}) {
  const field = new PhotoField(onchange);
  return { element: field.element, count: () => field.items.length, send: (receipt) => field.send(receipt) };
}

class PhotoField {
  constructor(onchange) {
    Object.assign(this, { items: [], onchange });
    this.list = h('ul', { class: 'photo-queue small' });
    this.element = h(
      'fieldset',
      { class: 'field photo-picker', 'data-field': 'file' },
      h('legend', {}, t('Photos')),
      photoSources((files) => this.add(files)),
      h('p', { class: 'hint' }, t('Only the office sees them. Please no faces and no number plates.')),
      this.list,
    );
  }

  add(files) {
    this.items.push(...files.map((file) => ({ file, key: newKey(), address: URL.createObjectURL(file) })));
    this.show();
  }

  show() {
    fill(this.list, this.items.map((item) => this.tile(item)));
    this.onchange(this.items.length);
  }

  tile(item) {
    const drop = h('button', { type: 'button', class: 'btn icon-only quiet', 'aria-label': t('Leave out'), onclick: () => this.drop(item) }, icon('close'));
    return h(
      'li',
      { class: item.error ? 'failed' : false },
      h('img', { src: item.address, alt: item.file.name }),
      drop,
      item.error && h('p', { class: 'field-error', role: 'alert' }, item.error),
    );
  }

  drop(item) {
    URL.revokeObjectURL(item.address);
    this.items = this.items.filter((one) => one !== item);
    this.show();
  }

  async send(receipt) {
    for (const item of [...this.items]) await this.sendOne(receipt, item);
    return this.items.length;
  }

  async sendOne(receipt, item) {
    try {
      const { blob, said } = await prepared(item.file);
      const form = new FormData();
      for (const [name, value] of Object.entries(said)) form.append(name, value);
      form.append('file', blob, 'photo.jpg');
      await post(`/reports/${receipt}/photos`, form, { 'Idempotency-Key': item.key });
      this.drop(item);
    } catch (error) {
      item.error = error.message;
      this.show();
    }
  }
}
