// Choosing photos, each with its role, before they are sent: for the problem's card and for the report form.

import { fill, find, h, icon } from './dom.js';
import { select } from './form.js';
import { send, waiting } from './photo-files.js';
import { photoSources } from './photo-sources.js';
import { t } from './words.js';

export const roles = () => [
  ['before', t('Before')],
  ['during', t('During the work')],
  ['after', t('After')],
  ['near', t('Close-up')],
  ['far', t('Surroundings')],
];

// {element, count(), upload(problemId, by)}; `upload` sends what was chosen and gives how many could not be sent:
// those stay in the field with the reason, and a further `upload` tries them again.
export function photosField({ role = 'before', onchange = () => {} } = {}) {
  const picker = new Picker(role, onchange);
  return {
    element: picker.element,
    count: () => picker.items.length,
    upload: (problemId, by) => picker.upload(problemId, by),
  };
}

class Picker {
  constructor(role, onchange) {
    Object.assign(this, { role, onchange, items: [] });
    this.list = h('ul', { class: 'photo-queue' });
    this.element = h(
      'fieldset',
      { class: 'field photo-picker', 'data-field': 'photos' },
      h('legend', {}, t('Photos')),
      photoSources((files) => this.add(files)),
      this.list,
    );
  }

  add(files) {
    this.items.push(...files.map((file) => waiting(file, this.role)));
    this.show();
  }

  drop(item) {
    URL.revokeObjectURL(item.address);
    this.items = this.items.filter((one) => one !== item);
    this.show();
  }

  show() {
    fill(
      this.list,
      this.items.map((item) => this.tile(item)),
    );
    this.onchange(this.items.length);
  }

  tile(item) {
    const role = select('photo_role', roles(), item.role, {
      'aria-label': t('What the photo shows'),
      onchange: () => {
        item.role = role.value;
      },
    });
    const drop = h(
      'button',
      { type: 'button', class: 'btn icon-only quiet', 'aria-label': t('Leave out'), onclick: () => this.drop(item) },
      icon('close'),
    );
    return h(
      'li',
      { class: item.error ? 'failed' : false, 'aria-busy': item.sending ? 'true' : false },
      h('img', { src: item.address, alt: item.file.name }),
      role,
      drop,
      item.error && h('p', { class: 'field-error', role: 'alert' }, item.error),
    );
  }

  async upload(problemId, by) {
    for (const item of [...this.items]) await this.sendOne(problemId, item, by);
    find('.failed', this.list)?.scrollIntoView({ block: 'nearest' });
    return this.items.length;
  }

  async sendOne(problemId, item, by) {
    Object.assign(item, { error: '', sending: true });
    this.show();
    try {
      await send(problemId, item, by);
      this.drop(item);
    } catch (error) {
      Object.assign(item, { error: error.message, sending: false });
      this.show();
    }
  }
}
