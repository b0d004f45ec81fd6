// The other side of a comparison: the page's ground and data once more, as of another day, in a pane of their own
// that is cut off at the divider.

const PANE = 'geo-other-day';
const COMMON_PANE = 'overlayPane';
const Z_INDEX = 430; // above the common pane, below what is highlighted

export class Side {
  // `day()` → the day to show; `told(data)` hears what the element says of itself.
  constructor({ geo, map, element, day, told }) {
    Object.assign(this, { geo, map, element, told, share: 0.5, off: [] });
    this.pane = map.getPane(PANE) ?? map.createPane(PANE);
    Object.assign(this.pane.style, { zIndex: Z_INDEX, pointerEvents: 'none' });
    this.other = this.sideOf(geo, day);
    this.cut = () => this.clip();
  }

  // The bus as the other side hears it: the same filters and changes, another day; what it says stays here.
  sideOf(geo, day) {
    return {
      ...geo,
      state: { get: () => ({ ...geo.state.get(), as_of: day() }), set: () => {} },
      on: (name, listener) => {
        const stop = geo.on(name, listener);
        this.off.push(stop);
        return stop;
      },
      emit: (name, detail) => (name === 'data' ? this.told(detail) : name === 'fault' && geo.emit(name, detail)),
    };
  }

  async start() {
    const { other, map } = this;
    this.clip();
    const { createSurface } = await this.geo.module('surface/surface');
    this.scene = await createSurface(map, other, { pane: PANE });
    map.on('move zoomend resize viewreset', this.cut);
    const main = await this.geo.surface();
    main.beside = (point) => (point.x > map.getSize().x * this.share ? this.scene : null);
    await Promise.all(['ground', this.element].map((name) => this.mount(name)));
  }

  async mount(name) {
    const { default: mount } = await this.geo.module(`elements/${name}`);
    await mount({ geo: this.other, surface: this.scene, map: this.map, options: this.geo.mounted[name], data: undefined });
  }

  // `share` of the map's width lies to the left of the divider.
  divide(share) {
    this.share = share;
    this.clip();
  }

  // Each side is cut off: a basemap lies under both, and would let the one shine through the other.
  clip() {
    const { x, y } = this.map.getSize();
    const at = x * this.share;
    this.show(this.map.getPane(COMMON_PANE), [0, 0], [at, y]);
    this.show(this.pane, [at, 0], [x, y]);
  }

  show(pane, corner, opposite) {
    const from = this.map.containerPointToLayerPoint(corner);
    const to = this.map.containerPointToLayerPoint(opposite);
    pane.style.clip = `rect(${from.y}px, ${to.x}px, ${to.y}px, ${from.x}px)`;
  }

  async remove() {
    this.map.off('move zoomend resize viewreset', this.cut);
    for (const stop of this.off) stop();
    (await this.geo.surface()).beside = () => null;
    this.scene?.remove();
    for (const pane of [this.pane, this.map.getPane(COMMON_PANE)]) pane.style.clip = '';
  }
}
