// What to import: files, layer, and how to read them.

import { fill, find, h, icon } from './dom.js';
import { field, input, select } from './form.js';
import { count, t } from './words.js';

const ACCEPTED = '.zip,.shp,.shx,.dbf,.prj,.cpg,.gpkg,.geojson,.json,.kml,.kmz,.csv,.xlsx,.parquet';
const NEW = '+';
const OTHER = 'other';
const KB = 1024;

const systems = () => [
  ['', t('Find out from the file')],
  ['EPSG:4490', t('CGCS2000, degrees (EPSG:4490)')],
  ['EPSG:4326', t('WGS 84, degrees (EPSG:4326)')],
  ['GCJ-02', t('GCJ-02 (Amap, Tencent)')],
  ['BD-09', t('BD-09 (Baidu)')],
  ['EPSG:4526', t('CGCS2000 3°, zone 38 (EPSG:4526)')],
  ['EPSG:4527', t('CGCS2000 3°, zone 39 (EPSG:4527)')],
  ['EPSG:4528', t('CGCS2000 3°, zone 40 (EPSG:4528)')],
  ['EPSG:4547', t('CGCS2000 3°, 114°E (EPSG:4547)')],
  ['EPSG:4548', t('CGCS2000 3°, 117°E (EPSG:4548)')],
  ['EPSG:4549', t('CGCS2000 3°, 120°E (EPSG:4549)')],
  [OTHER, t('Another EPSG code …')],
];

const encodings = () => [
  ['', t('Find out from the file')],
  ['UTF-8', 'UTF-8'],
  ['GB18030', 'GB18030 / GBK'],
  ['Big5', 'Big5'],
];

export class ImportForm {
  // `oncheck(button)` is called when the form is complete and sent off.
  constructor(layers, oncheck) {
    this.files = [];
    this.layers = layers;
    const send = h(
      'button',
      { type: 'submit', class: 'btn primary block', id: 'check', disabled: true },
      icon('check'),
      h('span', {}, t('Check the file')),
    );
    this.send = send;
    this.element = h(
      'form',
      { class: 'form import-form', novalidate: true },
      this.drop(),
      this.target(),
      this.reader(),
      h('p', { class: 'hint' }, t('The check stores nothing. You decide afterwards.')),
      send,
    );
    this.element.addEventListener('submit', (event) => (event.preventDefault(), oncheck(send)));
  }

  drop() {
    const chooser = h('input', {
      type: 'file',
      multiple: true,
      accept: ACCEPTED,
      id: 'files',
      class: 'file-input',
      onchange: () => this.take(chooser.files),
    });
    this.names = h('ul', { class: 'file-list' });
    const zone = h(
      'label',
      { class: 'drop', for: 'files' },
      icon('upload'),
      h('b', {}, t('Drop files here, or choose them')),
      h(
        'small',
        {},
        t('Shapefile (zip, or all its parts), GeoPackage, GeoJSON, KML, CSV, Excel, GeoParquet'),
      ),
    );
    const over = (on) => (event) => (event.preventDefault(), zone.classList.toggle('over', on));
    zone.addEventListener('dragover', over(true));
    zone.addEventListener('dragleave', over(false));
    zone.addEventListener('drop', (event) => (over(false)(event), this.take(event.dataTransfer.files)));
    return h(
      'div',
      { class: 'field', 'data-field': 'file' },
      chooser,
      zone,
      this.names,
      h('p', { class: 'field-error', hidden: true }),
    );
  }

  take(files) {
    this.files = [...files];
    fill(
      this.names,
      this.files.map((file) =>
        h(
          'li',
          {},
          icon('file'),
          h('span', {}, file.name),
          h('small', {}, `${count(Math.ceil(file.size / KB))} KB`),
        ),
      ),
    );
    this.send.disabled = !this.files.length;
  }

  target() {
    const wanted = new URLSearchParams(location.search).get('layer') || 'areas';
    const options = [
      ...this.layers.map((one) => [
        one.name,
        one.count === undefined ? one.title : `${one.title} (${count(one.count)})`,
      ]),
      [NEW, t('A new layer …')],
    ];
    const chosen = select('layer', options, wanted);
    const title = field(t('Title of the new layer'), input('title', '', { maxlength: 60 }));
    const name = field(
      t('Short name'),
      input('name', this.freeName(), { pattern: '[a-z][a-z0-9_]*', maxlength: 40 }),
      { hint: t('small letters, digits and _; used in addresses') },
    );
    const extra = h('div', { class: 'pair', hidden: true }, title, name);
    chosen.addEventListener('change', () => {
      extra.hidden = chosen.value !== NEW;
    });
    return h('div', {}, field(t('Into which layer'), chosen), extra);
  }

  freeName() {
    const taken = new Set(this.layers.map((one) => one.name));
    let n = 1;
    while (taken.has(`layer_${n}`)) n += 1;
    return `layer_${n}`;
  }

  reader() {
    const crs = select('crs', systems());
    const epsg = field(t('EPSG code'), input('epsg', '', { inputmode: 'numeric', placeholder: '4547' }));
    epsg.hidden = true;
    crs.addEventListener('change', () => {
      epsg.hidden = crs.value !== OTHER;
    });
    return h(
      'div',
      {},
      h(
        'div',
        { class: 'pair' },
        field(t('Coordinate system'), crs),
        field(t('Text encoding'), select('encoding', encodings())),
      ),
      epsg,
    );
  }

  value(name) {
    return find(`[name=${name}]`, this.element).value.trim();
  }

  // The name of the layer to import into.
  layer() {
    return this.value('layer') === NEW ? this.value('name') : this.value('layer');
  }

  // How to read the file: only what was said.
  reading() {
    const crs =
      this.value('crs') === OTHER ? `EPSG:${this.value('epsg').replace(/\D/g, '')}` : this.value('crs');
    const said = {
      crs,
      encoding: this.value('encoding'),
      title: this.value('layer') === NEW ? this.value('title') : '',
    };
    return Object.fromEntries(Object.entries(said).filter(([, value]) => value));
  }

  data({ map, dry_run }) {
    const form = new FormData();
    this.files.forEach((file) => form.append('file', file, file.name));
    Object.entries(this.reading()).forEach(([name, value]) => form.append(name, value));
    if (map) form.append('map', JSON.stringify(map));
    form.append('dry_run', dry_run);
    return form;
  }
}
