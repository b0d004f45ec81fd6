// Two days side by side: the left one is the map's own (`as_of`), the right one `compare`; between them a divider that
// fingers, mouse and arrow keys move.
import { CROSS, drawing, make, ownGround } from '../surface/element.js';
import { legendBox } from '../elements/legend.js';
import { Side } from './side.js';

const STEP = 0.02;
const LEAST = 0.04;
const WEEKS_BACK = 14; // days between the two, to begin with
const HANDLE = 'M9 6l-5 6 5 6M15 6l5 6-5 6';

export class Compare {
  // `show({as_of, compare}, {replace})` puts the two days into the address.
  constructor({ geo, map, days, element, show, close }) {
    Object.assign(this, { geo, map, days, shows: element, show, share: shareOf(geo) });
    const { t } = geo;
    this.side = new Side({ geo, map, element, day: () => this.right, told: (detail) => this.heard('right', detail) });
    this.off = [geo.on('data', (detail) => this.heard('left', detail))];
    this.labels = { left: this.label('left'), right: this.label('right') };
    this.divider = this.makeDivider();
    this.legend = this.otherLegend();
    const field = (name, title) => make('label', { class: 'geo-compare-day' }, make('span', {}, title), this.input(name));
    const head = [field('left', t('Left')), field('right', t('Right')), make('button', { type: 'button', class: 'geo-past-button', 'data-act': 'close', 'aria-label': t('End the comparison'), title: t('End the comparison'), onclick: close }, drawing(CROSS))];
    this.element = ownGround(make('section', { class: 'geo-past geo-compare', 'aria-label': t('Compare two days') }, make('div', { class: 'geo-past-head' }, head)));
  }

  get left() {
    return this.geo.state.get().as_of?.slice(0, 10) ?? this.days.on(this.days.last).day;
  }

  get right() {
    return this.geo.state.get().compare?.slice(0, 10) ?? this.days.on(this.days.last).day;
  }

  // The two days when nothing is said: two weeks ago, and today.
  static begin(geo, days) {
    const { as_of, compare } = geo.state.get();
    return { as_of: as_of ?? days.on(days.last - WEEKS_BACK).day, compare: compare ?? days.on(days.last).day };
  }

  async start() {
    this.map.getContainer().append(this.divider, this.labels.left, this.labels.right, ...(this.legend ? [this.legend] : []));
    this.divide(this.share);
    this.follow();
    this.foldTall();
    await this.side.start();
  }

  input(name) {
    const { day: min } = this.days.on(0);
    const { day: max } = this.days.on(this.days.last);
    const change = (event) => event.target.value && this.show({ [name === 'left' ? 'as_of' : 'compare']: event.target.value });
    return make('input', { type: 'date', class: 'geo-compare-input', 'data-side': name, min, max, onchange: change });
  }

  label(side) {
    return make('p', { class: `geo-side geo-side-${side}`, 'aria-live': 'polite' }, make('b', {}), make('span', {}));
  }

  // The legend of the right side; the page's own one is that of the left.
  otherLegend() {
    const options = this.geo.mounted.legend;
    if (!options) return null;
    const box = legendBox(this.geo, options, { toggles: false });
    box.classList.add('geo-legend-right');
    return ownGround(box);
  }

  // Two legends of several groups would cover the map: they begin folded.
  foldTall() {
    for (const box of [this.own(), this.legend]) if (box?.querySelectorAll('section').length > 1) box.open = false;
  }

  own() {
    return this.map.getContainer().querySelector('.leaflet-control-container .geo-legend');
  }

  // What the address says now.
  follow() {
    for (const side of ['left', 'right']) {
      const day = this[side];
      this.element.querySelector(`[data-side=${side}]`).value = day;
      this.labels[side].querySelector('b').textContent = day;
      if (this.shows === 'problems') this.count(side, this.geo.t('{n} open', { n: this.days.on(this.days.number(day)).open }));
    }
    for (const [side, box] of [['left', this.own()], ['right', this.legend]]) {
      const head = box?.querySelector('summary');
      if (head) head.textContent = `${this.geo.t('Legend')} · ${this[side]}`;
    }
  }

  count(side, text) {
    this.labels[side].querySelector('span').textContent = text;
  }

  // Clean zones tell their shares; a clean rate never stands without what nobody knows.
  heard(side, { element, data }) {
    if (element !== 'zones' || !data?.summary) return;
    const percent = (share) => `${this.geo.number((share ?? 0) * 100, 0)}%`;
    const { clean_rate, unknown_share } = data.summary;
    this.count(side, this.geo.t('{clean} clean · {unknown} not known', { clean: percent(clean_rate), unknown: percent(unknown_share) }));
  }

  makeDivider() {
    const grip = make('span', { class: 'geo-divider-grip' }, drawing(HANDLE));
    const divider = make('div', {
      class: 'geo-divider', role: 'slider', tabindex: 0, 'aria-label': this.geo.t('Divider between the two days'), 'aria-orientation': 'horizontal',
      'aria-valuemin': 0, 'aria-valuemax': 100, onkeydown: (event) => this.key(event), onpointerdown: (event) => this.drag(event),
    }, grip);
    return ownGround(divider);
  }

  key(event) {
    const to = { ArrowLeft: this.share - STEP, ArrowRight: this.share + STEP, PageDown: this.share - 5 * STEP, PageUp: this.share + 5 * STEP, Home: LEAST, End: 1 - LEAST }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.divide(to);
  }

  drag(start) {
    start.preventDefault();
    this.divider.focus();
    const over = new AbortController();
    const { left, width } = this.map.getContainer().getBoundingClientRect();
    const move = ({ clientX }) => this.divide((clientX - left) / width, { quiet: true });
    const end = () => {
      over.abort();
      this.divide(this.share);
    };
    this.divider.setPointerCapture(start.pointerId);
    this.divider.addEventListener('pointermove', move, { signal: over.signal });
    for (const name of ['pointerup', 'pointercancel']) this.divider.addEventListener(name, end, { signal: over.signal });
  }

  divide(share, { quiet = false } = {}) {
    const { t } = this.geo;
    this.share = Math.max(LEAST, Math.min(1 - LEAST, share));
    this.map.getContainer().style.setProperty('--split', `${this.share * 100}%`);
    const now = Math.round(this.share * 100);
    this.divider.setAttribute('aria-valuenow', now);
    this.divider.setAttribute('aria-valuetext', t('{n} % to the left', { n: now }));
    this.side.divide(this.share);
    if (!quiet) this.geo.state.set({ split: now === 50 ? null : now / 100 });
  }

  async remove() {
    for (const stop of this.off) stop();
    for (const part of [this.element, this.divider, this.legend, this.labels.left, this.labels.right]) part?.remove();
    const head = this.own()?.querySelector('summary');
    if (head) head.textContent = this.geo.t('Legend');
    await this.side.remove();
  }
}

function shareOf(geo) {
  const said = Number(geo.state.get().split);
  return said > 0 && said < 1 ? said : 0.5;
}
