// A Leaflet layer that is one box a little larger than the map: it rides with the map's pane while dragging,
// is scaled by CSS together with Leaflet's own panes while zooming (so nothing drifts), and is drawn
// anew when the map comes to rest.
import { BASE_SOURCE } from './vectorbase.js';

const { L } = window;

const PADDING = 0.15; // of the map's size, on each side

export class FrameLayer extends L.Layer {
  onAdd(map) {
    this.box = L.DomUtil.create('div', 'geo-surface leaflet-zoom-animated', this.getPane());
    this.box.setAttribute('aria-hidden', 'true');
    this.measure();
    this.create(map);
    this.settle();
  }

  onRemove() {
    this.destroy();
    this.box.remove();
  }

  getEvents() {
    return {
      viewreset: this.settle,
      moveend: this.settle,
      zoom: () => this.scale(this._map.getCenter(), this._map.getZoom()),
      zoomanim: (event) => this.scale(event.center, event.zoom),
      resize: () => {
        this.measure();
        this.settle();
      },
    };
  }

  measure() {
    const size = this._map.getSize();
    this.margin = size.multiplyBy(PADDING).round();
    const full = size.add(this.margin.multiplyBy(2));
    this.box.style.width = `${full.x}px`;
    this.box.style.height = `${full.y}px`;
    this.size = full;
  }

  // Put the box round the map as it stands and draw.
  settle() {
    this.center = this._map.getCenter();
    this.zoom = this._map.getZoom();
    L.DomUtil.setPosition(this.box, this._map.containerPointToLayerPoint(this.margin.multiplyBy(-1)));
    this.draw();
  }

  // Where the box, as it was drawn, belongs under another camera.
  scale(center, zoom) {
    const map = this._map;
    const factor = map.getZoomScale(zoom, this.zoom);
    const origin = map._getNewPixelOrigin(center, zoom);
    const middle = map.project(this.center, zoom).subtract(origin);
    L.DomUtil.setTransform(this.box, middle.subtract(this.size.divideBy(2).multiplyBy(factor)), factor);
  }

  // What a source could not bring is said to everybody; that a basemap does not come, to whoever offers it.
  fault(source, error) {
    this.geo.emit(source === BASE_SOURCE ? 'baseless' : 'fault', { element: 'map', error });
  }

  // A point of the map's own box, in the box of this layer as it was last drawn.
  toBox(point) {
    return point.add(this.margin);
  }
}
