// Looking back: the slider over the days and the comparison of two, one at a time, and the buttons that open them.
import { Days, concerns } from '../past/days.js';
import { drawing, make, ownGround } from '../surface/element.js';

const CLOCK = 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7.5V12l3 2';
const HALVES = 'M4 5h16v14H4zM12 3v18M7 9h2M7 12h2M15 9h2M15 12h2M15 15h2';
const NOW = { as_of: null, compare: null, split: null, days: null };

export default async function mount({ geo, map, options }) {
  const past = new Past(geo, map, options.element);
  await past.start();
}

class Past {
  constructor(geo, map, element) {
    Object.assign(this, { geo, map, element, days: new Days(geo), open: null, kind: '' });
    const { t } = geo;
    this.buttons = { days: this.button(CLOCK, t('Time'), 'days'), compare: this.button(HALVES, t('Compare'), 'compare') };
    this.tools = ownGround(make('div', { class: 'geo-tools geo-past-tools leaflet-bar', role: 'toolbar', 'aria-label': t('Looking back') }, Object.values(this.buttons)));
  }

  async start() {
    const { geo, map } = this;
    const control = window.L.control({ position: 'topleft' });
    control.onAdd = () => this.tools;
    control.addTo(map);
    geo.on('travel', () => this.follow());
    geo.on('filter', (changes) => this.filtered(changes));
    geo.on('change', ({ layer }) => layer === 'problems' && this.renew());
    geo.on('data', ({ element }) => element === this.element && this.drawn?.());
    await this.follow();
  }

  button(path, label, kind) {
    const press = () => this.press(kind);
    return make('button', { type: 'button', 'data-past': kind, 'aria-pressed': 'false', title: label, onclick: press }, drawing(path), make('span', {}, label));
  }

  press(kind) {
    if (this.kind === kind) return this.show(NOW);
    return this.begin(kind);
  }

  async begin(kind) {
    await this.days.load();
    if (!this.days.all.length) return;
    if (kind === 'days') return this.show({ ...NOW, as_of: this.geo.state.get().as_of ?? null, days: '1' });
    const { Compare } = await import('../past/compare.js');
    return this.show({ ...NOW, ...Compare.begin(this.geo, this.days) });
  }

  // Into the address, then to everybody. In the past there is open and closed only: other choices of states are left.
  show(changes, options) {
    const loading = new Promise((resolve) => (this.drawn = resolve));
    if (this.open) this.open.loading = loading;
    const past = changes.as_of || changes.compare ? { state: null, overdue: null } : {};
    this.geo.state.set({ ...past, ...changes }, options);
    this.geo.emit('filter', { ...past, ...changes });
    return this.follow();
  }

  // What the address asks for is open, everything else is closed.
  async follow() {
    const { as_of, compare, days } = this.geo.state.get();
    const kind = compare ? 'compare' : as_of || days ? 'days' : '';
    if (kind !== this.kind) await this.change(kind);
    this.open?.follow(as_of);
  }

  async change(kind) {
    this.kind = kind;
    const before = this.open;
    this.open = null;
    for (const [name, button] of Object.entries(this.buttons)) button.setAttribute('aria-pressed', String(name === kind));
    await before?.remove();
    const box = this.map.getContainer();
    box.classList.toggle('geo-looks-back', Boolean(kind));
    if (!kind) return;
    await this.days.load();
    if (kind !== this.kind || !this.days.all.length) return;
    this.open = await this.make(kind);
    box.append(this.open.element);
    await this.open.start?.();
  }

  async make(kind) {
    const { geo, map, days, element } = this;
    const close = () => this.show(NOW);
    if (kind === 'compare') {
      const { Compare } = await import('../past/compare.js');
      return new Compare({ geo, map, days, element, close, show: (changes, options) => this.show(changes, options) });
    }
    const { Timeline } = await import('../past/timeline.js');
    return new Timeline({ geo, days, close, show: (day, options) => this.show({ as_of: day, days: '1' }, options) });
  }

  filtered(changes) {
    if (concerns(changes)) this.renew();
    else if ('as_of' in changes || 'compare' in changes) this.follow();
  }

  // Other numbers: what is open tells them, under the hands of whoever moves it.
  async renew() {
    const { kind } = this;
    if (!kind) return;
    await this.days.load();
    if (kind !== this.kind) return;
    if (!this.open || !this.days.all.length) {
      await this.change(kind);
      return;
    }
    this.open.renew?.();
    this.open.follow(this.geo.state.get().as_of);
  }
}
