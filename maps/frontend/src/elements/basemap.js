// What the map lies on: the town's own layers alone, or a basemap. The choice stands in the address (`base`) and is
// remembered on the device. Where a basemap's tiles do not come, the town's own ground returns until they do.
import { make, drawing, ownGround } from '../surface/element.js';
import { rasterBase } from '../surface/rasterbase.js';
import { recall, remember } from '../shell/memory.js';

const OWN = '';
const MEMORY = 'base';
const AGAIN_MS = 10_000; // between two tries of a basemap of vectors that did not come
const SHEETS = 'M12 3.500 2.500 8.500 12 13.500l9.500-5zM2.500 12.500 12 17.500l9.500-5M2.500 16.500 12 21.500l9.500-5';

export default function mount({ geo, map, options }) {
  new Choice(geo, map, options.basemaps).begin();
}

class Choice {
  constructor(geo, map, basemaps) {
    Object.assign(this, { geo, map, basemaps, chosen: null, pictures: null, comes: true });
    this.source = make('div', { class: 'geo-base-line', hidden: true });
    this.note = make('div', { class: 'geo-base-line geo-base-note', role: 'status' });
    this.box = this.makeBox();
  }

  begin() {
    const { geo } = this;
    for (const element of [this.source, this.note]) this.put(element, 'bottomright');
    this.put(ownGround(this.box), 'topright');
    document.addEventListener('pointerdown', ({ target }) => this.box.contains(target) || (this.box.open = false));
    geo.on('travel', (changes) => 'base' in changes && this.take(changes.base ?? OWN));
    geo.on('baseless', () => this.came(false));
    geo.on('view', () => this.tryAgain());
    this.take(geo.state.get().base ?? recall(MEMORY) ?? OWN);
  }

  put(element, position) {
    const control = window.L.control({ position });
    control.onAdd = () => element;
    control.addTo(this.map);
  }

  makeBox() {
    const { t } = this.geo;
    const title = t('Basemap');
    const rows = [{ key: OWN, name: t('Own layers') }, ...this.basemaps].map((one) => this.row(one));
    const box = make(
      'details',
      { class: 'geo-base', onkeydown: (event) => event.key === 'Escape' && this.fold(event) },
      make('summary', { 'aria-label': title, title }, drawing(SHEETS)),
      make('fieldset', { class: 'geo-base-list' }, make('legend', {}, title), rows),
    );
    return box;
  }

  row({ key, name }) {
    const radio = make('input', { type: 'radio', name: 'geo-base', value: key, onchange: () => this.choose(key) });
    return make('label', {}, radio, make('span', {}, name));
  }

  fold(event) {
    if (!this.box.open) return;
    event.stopPropagation();
    this.box.open = false;
    this.box.querySelector('summary').focus();
  }

  // By hand: what is chosen is remembered.
  choose(key) {
    remember(MEMORY, key || null);
    this.geo.state.set({ base: key || null });
    this.take(key);
  }

  // A key that is none, for a basemap that is offered no longer, is the own layers.
  take(key) {
    this.chosen = this.basemaps.find((one) => one.key === key) ?? null;
    for (const radio of this.box.querySelectorAll('input')) radio.checked = radio.value === (this.chosen?.key ?? OWN);
    if (this.chosen && this.geo.state.get().base !== key) this.geo.state.set({ base: key });
    this.pictures?.remove();
    this.pictures = null;
    this.comes = true;
    if (this.chosen?.kind === 'raster') this.pictures = rasterBase(this.chosen, (yes) => this.came(yes)).addTo(this.map);
    this.show();
  }

  came(yes) {
    if (yes === this.comes || !this.chosen) return;
    this.comes = yes;
    this.failedAt = Date.now();
    this.show();
  }

  // Pictures are asked for at every move, whatever becomes of them; vectors are given up until then.
  tryAgain() {
    if (this.chosen?.kind === 'vector' && !this.comes && Date.now() - this.failedAt > AGAIN_MS) this.came(true);
  }

  show() {
    const { geo, chosen, comes } = this;
    geo.under.basemap = comes ? chosen : null;
    geo.emit('under', {});
    this.note.textContent = chosen && !comes ? geo.t('The basemap does not come at the moment; the own layers are shown.') : '';
    this.source.textContent = this.source.title = comes && chosen ? chosen.attribution : '';
    this.source.hidden = !this.source.textContent;
  }
}
