// Basemaps: maps of others that ours may lie on, in the order in which maps offer them.

import { get } from './api.js';
import { BasemapForm, factsOf } from './basemap-form.js';
import { fill, find, h, icon } from './dom.js';
import { busy } from './form.js';
import { RuleRows } from './rule-rows.js';
import { told } from './toast.js';
import { t } from './words.js';

export function start() {
  told(() => new Basemaps(find('#content')).begin());
}

class Basemaps extends RuleRows {
  constructor(place) {
    super(place, { name: 'basemaps', key: 'key', first: 1 });
    this.list = h('div', { class: 'channel-list', 'aria-live': 'polite' });
  }

  async begin() {
    const add = (kind, title) =>
      h('button', { type: 'button', class: 'btn', 'data-add': kind, onclick: () => this.change({ kind }) }, icon('plus'), title);
    const buttons = h('div', { class: 'buttons' }, add('tiles', t('Add tiles from an address')), add('file', t('Add a file')));
    this.folder = h('section', { class: 'card basemap-files' });
    const sheet = await get('/basemaps'); // the buttons need it, too
    fill(this.place, buttons, this.list, this.folder);
    this.show(sheet);
  }

  show(sheet) {
    this.sheet = sheet;
    const cards = sheet.basemaps.map((one, i) => this.card(one, i));
    fill(this.list, cards.length ? cards : h('p', { class: 'card empty' }, t('None yet: maps show the own layers in grey.')));
    fill(this.folder, h('h2', {}, t('Files')), h('p', { class: 'muted' }, t('Files of the PMTiles format lie in the folder “basemaps” of the data folder; copy them there on the machine of the service.')), filesOf(sheet));
  }

  card(one, i) {
    const fault = this.sheet.faults[one.key];
    const badges = [one.kind === 'file' ? t('File') : t('Address'), one.datum === 'gcj02' && 'GCJ-02', one.quiet && t('Quiet')];
    return h(
      'article',
      { class: 'card channel', 'data-key': one.key },
      h('div', { class: 'channel-head' }, badges.filter(Boolean).map((text) => h('span', { class: 'badge' }, text)), h('b', {}, one.name), one.name_en && h('small', {}, one.name_en)),
      h('p', { class: 'channel-kinds basemap-where' }, one.kind === 'file' ? one.file : one.addresses.map((address) => h('code', {}, address))),
      one.attribution && h('small', {}, one.attribution),
      fault && h('p', { class: 'notice error' }, fault),
      this.buttons(one, i),
    );
  }

  buttons(one, i) {
    const last = this.sheet.basemaps.length - 1;
    const button = (name, title, action, more = {}) =>
      h('button', { type: 'button', class: `btn small ${name === 'remove' ? 'quiet' : ''}`, 'data-do': name, ...more, onclick: (event) => busy(event.currentTarget, () => told(action)) }, title);
    return h(
      'div',
      { class: 'buttons' },
      button('edit', t('Edit'), () => this.change(one)),
      button('up', t('Further up'), () => this.move(i, -1), { disabled: i === 0 }),
      button('down', t('Further down'), () => this.move(i, 1), { disabled: i === last }),
      button('remove', t('Remove'), () => this.ask(one, { title: t('Remove this basemap?'), name: one.name })),
    );
  }

  change(old) {
    const form = new BasemapForm(old, this.sheet.files);
    this.edit(old, { title: old.key ? t('Change the basemap') : t('New basemap'), form });
  }

  move(at, by) {
    const rows = [...this.sheet.basemaps];
    const [one] = rows.splice(at, 1);
    rows.splice(at + by, 0, one);
    return this.save(rows);
  }
}

function filesOf({ files }) {
  if (!files.length) return h('p', {}, t('There is no file yet.'));
  const line = (one) => [h('b', {}, one.name), one.fault ? h('span', { class: 'field-error' }, one.fault) : h('small', {}, factsOf(one))];
  return h('ul', { class: 'deliveries' }, files.map((one) => h('li', { 'data-file': one.name }, line(one))));
}
