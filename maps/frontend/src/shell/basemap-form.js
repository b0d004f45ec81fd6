// One basemap: its fields, and a tile of it before it is saved.

import { fill, h } from './dom.js';
import { BadField, field, input, select, textarea } from './form.js';
import { decimal, t } from './words.js';

const LOOKS = ['quiet', 'dark'];
const DEEPEST = 22;
const PREVIEW_MS = 8000;
const MB = 1_000_000;

// A file in one line.
export const factsOf = (one) =>
  [
    one.kind === 'vector' ? t('Vector tiles') : t('Pictures'),
    t('zooms {first} to {last}', { first: one.min_zoom, last: one.max_zoom }),
    `${decimal(one.bytes / MB, one.bytes < MB ? 2 : 1)} MB`,
    one.layers.join(', '),
  ].filter(Boolean).join(' · ');

export class BasemapForm {
  constructor(row, files) {
    const usual = { datum: 'wgs84', min_zoom: 0, max_zoom: 18, quiet: true, dark: false, addresses: [], subdomains: [] };
    Object.assign(this, { row: { ...usual, ...row }, files: files.filter((one) => !one.fault) });
  }

  parts() {
    const { row } = this;
    this.controls = {
      name: input('name', row.name, { maxlength: 60 }),
      name_en: input('name_en', row.name_en, { maxlength: 60 }),
      key: input('key', row.key, { maxlength: 40, placeholder: 'imagery', spellcheck: 'false', autocapitalize: 'off' }),
      attribution: input('attribution', row.attribution, { maxlength: 300 }),
      datum: select('datum', [['wgs84', t('WGS-84 or CGCS2000')], ['gcj02', t('GCJ-02 (Amap, Tencent)')]], row.datum),
      min_zoom: zoom('min_zoom', row.min_zoom),
      max_zoom: zoom('max_zoom', row.max_zoom),
      ...(row.kind === 'file' ? this.fileControls() : this.addressControls()),
    };
    const { controls } = this;
    return [
      h('div', { class: 'pair' }, field(t('Name'), controls.name, { required: true }), field(t('Name in English'), controls.name_en)),
      field(t('Key'), controls.key, { required: true, hint: t('Stands in addresses of maps: a–z, 0–9, “-”.') }),
      ...(row.kind === 'file' ? this.fileFields() : this.addressFields()),
      field(t('Positions are in'), controls.datum, { hint: t('Tiles in GCJ-02 are moved to where they belong; the data stay.') }),
      h('div', { class: 'pair' }, field(t('First zoom'), controls.min_zoom), field(t('Deepest zoom of the tiles'), controls.max_zoom)),
      field(t('Whose map it is'), controls.attribution, { hint: t('Is shown on the map; most providers ask for it.') }),
      h('div', {}, LOOKS.map((name) => this.check(name))),
      ...(row.kind === 'file' ? [] : [this.previewPart()]),
    ];
  }

  addressControls() {
    const { row } = this;
    return {
      addresses: textarea('addresses', row.addresses.join('\n'), { rows: 3, spellcheck: 'false', wrap: 'off', placeholder: 'https://…/{z}/{x}/{y}.png' }),
      subdomains: input('subdomains', row.subdomains.join(', '), { placeholder: '0, 1, 2', spellcheck: 'false' }),
    };
  }

  addressFields() {
    const { addresses, subdomains } = this.controls;
    return [
      field(t('Addresses of tiles'), addresses, { required: true, hint: t('One a line, drawn one over another; with {z}, {x}, {y} (or {-y}), or as WMTS with {TileMatrix}, {TileCol}, {TileRow}, in web Mercator.') }),
      field(t('Subdomains'), subdomains, { hint: t('Only where an address has {s}.') }),
    ];
  }

  fileControls() {
    const names = this.files.map((one) => [one.name, one.name]);
    const file = select('file', [['', t('Choose a file')], ...names], this.row.file || '', { onchange: () => this.chosen(file.value) });
    return { file };
  }

  fileFields() {
    this.facts = h('p', { class: 'hint', role: 'status' });
    this.sayFacts(this.row.file);
    return [field(t('File'), this.controls.file, { required: true }), this.facts];
  }

  // What the file says of itself need not be typed.
  chosen(name) {
    const one = this.sayFacts(name);
    if (!one) return;
    const { min_zoom: first, max_zoom: last, attribution, key } = this.controls;
    [first.value, last.value] = [one.min_zoom, DEEPEST];
    attribution.value ||= one.attribution;
    key.value ||= name.replace(/\.pmtiles$/, '').toLowerCase().replace(/[^a-z0-9_-]/g, '').replace(/^[^a-z]+/, '');
  }

  sayFacts(name) {
    const one = this.files.find((file) => file.name === name);
    this.facts.textContent = one ? factsOf(one) : '';
    return one;
  }

  check(name) {
    const titles = { quiet: t('Quiet: colours stand back, so that our own marks stand out'), dark: t('Turned dark where the page is dark') };
    this.controls[name] = h('input', { type: 'checkbox', name, checked: this.row[name] });
    return h('div', { class: 'field', 'data-field': name }, h('label', { class: 'check' }, this.controls[name], h('span', {}, titles[name])), h('p', { class: 'field-error', hidden: true }));
  }

  value() {
    const { controls, row } = this;
    const text = (name) => controls[name].value.trim();
    const shared = { key: text('key'), name: text('name'), name_en: text('name_en'), kind: row.kind, datum: text('datum'), attribution: text('attribution') };
    const zooms = { min_zoom: wholeOf(controls.min_zoom), max_zoom: wholeOf(controls.max_zoom) };
    const looks = Object.fromEntries(LOOKS.map((name) => [name, controls[name].checked]));
    const where = row.kind === 'file' ? { file: text('file') } : this.where();
    return { ...shared, ...where, ...zooms, ...looks };
  }

  where() {
    const { addresses, subdomains } = this.controls;
    return { addresses: parts(addresses.value, /\s*\n\s*/), subdomains: parts(subdomains.value, /[\s,，、;；]+/) };
  }

  previewPart() {
    const show = h('button', { type: 'button', class: 'btn', 'data-do': 'preview', onclick: () => this.preview() }, t('Show a tile'));
    this.sample = h('div', { class: 'basemap-sample', role: 'status' });
    return h('div', { class: 'field' }, show, this.sample);
  }

  // In a frame of its own, which may load pictures from these addresses and from nowhere else.
  preview() {
    const { addresses, subdomains } = this.where();
    const { datum, min_zoom: first, max_zoom: last } = this.controls;
    const query = new URLSearchParams({ datum: datum.value, min_zoom: first.value || 0, max_zoom: last.value || 18, lang: window.geo.page.lang });
    for (const address of addresses) query.append('address', address);
    for (const name of subdomains) query.append('subdomains', name);
    const said = h('p', { class: 'hint' }, t('Loading …'));
    const frame = h('iframe', { title: t('A tile in the middle of the town'), src: `/admin/basemaps/preview?${query}`, onload: () => (said.textContent = verdict(frame)) });
    fill(this.sample, frame, said);
    this.sample.scrollIntoView({ block: 'nearest' });
    const timer = setTimeout(() => frame.isConnected && said.textContent === t('Loading …') && (said.textContent = t('No tile has come yet.')), PREVIEW_MS);
    frame.addEventListener('load', () => clearTimeout(timer));
  }
}

const zoom = (name, value) => input(name, value, { type: 'number', min: 0, max: DEEPEST, step: 1, inputmode: 'numeric' });

function wholeOf(control) {
  if (!/^\d{1,2}$/.test(control.value)) throw new BadField(control.name, t('A whole number, please.'));
  return Number(control.value);
}

const parts = (text, between) => text.trim().split(between).filter(Boolean);

// What has come of the frame: pictures, none, or the service's refusal of the address.
function verdict(frame) {
  const page = frame.contentDocument; // none where the service itself did not answer
  const pictures = [...(page?.images ?? [])];
  if (!pictures.length) return page?.body.textContent.trim() || t('No tile came from there.');
  const lost = pictures.filter((one) => !one.naturalWidth).length;
  if (lost === 0) return t('This is a tile in the middle of the town.');
  return lost === pictures.length ? t('No tile came from there.') : t('Not every address brought a tile.');
}
