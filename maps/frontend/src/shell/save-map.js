// Saving and printing a map: a sheet of paper (PDF), a picture (PNG) or one HTML file, whose size the service says first.

import { get } from './api.js';
import { askForm } from './dialog.js';
import { fill, find, h } from './dom.js';
import { field, segmented, select } from './form.js';
import { keptRow } from './kept.js';
import { count, decimal, t } from './words.js';

const MB = 1_000_000;
const SCREEN = ''; // as large as the map is on this screen
const PIXELS = { least: 200, most: 4000 };
const NOT_OF_VIEW = ['at', 'lang', 'base'];

export function startSaving(link) {
  link.addEventListener('click', (event) => {
    event.preventDefault();
    new SavingDialog(link).open();
  });
}

class SavingDialog {
  constructor(link) {
    this.link = link;
    this.kind = 'pdf';
    this.body = h('div', { class: 'form' });
  }

  open() {
    const kinds = segmented('kind', kindsOf(), this.kind, (kind) => this.show(kind), t('What to make of the map'));
    this.show(this.kind);
    askForm({
      title: t('Save or print'), parts: [kinds, this.body, ownGround()], save: t('Create'),
      onsave: (form) => follow(this.address(form), this.kind), onclosed: () => this.link.focus(),
    });
  }

  show(kind) {
    this.kind = kind;
    const parts = { pdf: () => paperFields(false), png: () => paperFields(true), html: () => this.fileFacts() };
    fill(this.body, parts[kind]());
  }

  address(form) {
    const query = pageQuery();
    if (this.kind !== 'html') {
      const said = new FormData(form);
      for (const [name, value] of Object.entries(sheetQuery(said))) query.set(name, value);
      if (said.get('part') === 'view') query.set('bbox', boxOf());
      query.set('theme', said.get('brightness'));
    }
    return `${this.link.pathname.replace(/html$/, this.kind)}?${query}`;
  }

  // How large the file will be; asked anew each time, for the map has changed meanwhile.
  fileFacts() {
    const facts = h('div', { role: 'status', id: 'file-facts' }, h('p', { class: 'loading' }, t('Asking for the size …')));
    const query = Object.fromEntries(pageQuery());
    get(`/maps/${window.geo.page.name}/saving`, query).then(
      (found) => fill(facts, sizeOf(found), rowsOf(found)),
      (error) => fill(facts, h('p', { class: 'notice error' }, error.message)),
    );
    return [h('p', { class: 'hint' }, t('One HTML file that opens without the service and without a network.')), facts];
  }
}

const ownGround = () =>
  window.geo.under.basemap && h('p', { class: 'hint', id: 'own-ground' }, t('The basemap is not part of it: on paper, pictures and files the town lies on its own layers.'));

const kindsOf = () => [
  ['pdf', t('Print (PDF)')],
  ['png', t('Picture')],
  ['html', t('HTML file')],
];

function paperFields(withScreen) {
  const sizes = [...(withScreen ? [[SCREEN, t('As on this screen')]] : []), ['A4', 'A4'], ['A3', 'A3']];
  const turned = [['landscape', t('Landscape')], ['portrait', t('Portrait')]];
  const orientation = field(t('Orientation'), select('orientation', turned, 'landscape'));
  const size = select('size', sizes, sizes[0][0], { onchange: () => (orientation.hidden = size.value === SCREEN) });
  orientation.hidden = withScreen;
  const parts = [['view', t('What the map shows now')], ['all', t('Everything')]];
  const brightness = [['light', t('Light')], ['dark', t('Dark')]];
  return [
    h('div', { class: 'pair' }, field(t('Size'), size), orientation),
    h('div', { class: 'pair' }, field(t('Part of the map'), select('part', parts, 'view')), field(t('Brightness'), select('brightness', brightness, 'light'))),
  ];
}

function sheetQuery(said) {
  if (said.get('size')) return { size: said.get('size'), orientation: said.get('orientation') };
  const { clientWidth, clientHeight } = find('.folium-map');
  const whole = (length) => Math.round(Math.min(PIXELS.most, Math.max(PIXELS.least, length * Math.min(devicePixelRatio, 2))));
  return { width: whole(clientWidth), height: whole(clientHeight) };
}

// The filters of the page, as its address holds them, in its language.
function pageQuery() {
  const query = new URLSearchParams(location.search);
  NOT_OF_VIEW.forEach((name) => query.delete(name));
  query.set('lang', window.geo.page.lang);
  return query;
}

let view = null;
window.geo.on('view', ({ bbox }) => (view = bbox));
const boxOf = () => view.map((degrees) => degrees.toFixed(6)).join(',');

const sizeOf = ({ bytes }) => h('p', { id: 'file-size' }, t('The file will have {size} MB.', { size: decimal(bytes / MB) }));

function rowsOf({ rows, limit_bytes: limit }) {
  const cut = rows.some(({ kept, total }) => kept < total);
  return [
    h('ul', { class: 'plain-list' }, rows.map((row) => h('li', {}, keptRow(row)))),
    cut && h('p', { class: 'notice warn' }, t('To stay below {limit} MB not everything is kept; the file says so too.', { limit: count(limit / MB) })),
  ];
}

// A PDF is shown, for it is printed from there; the others are kept.
function follow(href, kind) {
  const link = h('a', kind === 'pdf' ? { href, target: '_blank', rel: 'noopener' } : { href, download: '' });
  document.body.append(link);
  link.click();
  link.remove();
}
