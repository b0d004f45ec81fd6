// The parcels in view as Leaflet shapes, so that new corners can snap onto them (Geoman snaps to those only).

const FROM_ZOOM = 13; // further out there are too many, and nobody draws

export class Neighbours {
  constructor(map, store) {
    Object.assign(this, { map, store, shapes: window.L.layerGroup() });
    this.load = () => this.fetch();
  }

  // `except`: the id of the parcel that is being edited.
  async start(except) {
    this.except = except;
    this.shapes.addTo(this.map);
    this.map.on('moveend', this.load);
    await this.fetch();
  }

  stop() {
    this.map.off('moveend', this.load);
    this.shapes.clearLayers().remove();
  }

  async fetch() {
    if (this.map.getZoom() < FROM_ZOOM) return;
    const bounds = this.map.getBounds().pad(0.2);
    const box = bounds.toBBoxString().split(',').map(Number);
    const { features } = await this.store.near(box);
    const others = features.filter(({ properties }) => properties.id !== this.except);
    const style = { className: 'geo-neighbour', interactive: false };
    this.shapes.clearLayers();
    for (const feature of others) window.L.geoJSON(feature, { style }).eachLayer((shape) => this.shapes.addLayer(shape));
  }
}
