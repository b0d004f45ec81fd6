// One shape under somebody's hands, by Geoman: drawn, its corners moved, holes cut, steps taken back.

const PLACES = 8; // toGeoJSON's six would move a corner by 5 cm
const SNAP_PX = matchMedia('(pointer: coarse)').matches ? 26 : 16;
const MOST_HANDLES = 150;

const drawOptions = {
  snappable: true, snapDistance: SNAP_PX, allowSelfIntersection: false, tooltips: false, continueDrawing: false,
  templineStyle: { className: 'geo-sketch' }, hintlineStyle: { className: 'geo-sketch geo-hintline' },
  pathOptions: { className: 'geo-sketch' },
};
const editOptions = {
  snappable: true, snapDistance: SNAP_PX, allowSelfIntersection: false, limitMarkersToCount: MOST_HANDLES,
  removeLayerBelowMinVertexCount: false,
};

export class Sketch {
  // `changed(latlngs)` is called with the outline at every move; `refused()` when it would cross itself.
  constructor(map, { changed, refused }) {
    Object.assign(this, { map, changed, refused, layer: null, steps: [], stopCut: null, follow: null });
  }

  // Draw a new outline; resolves when it is closed, or with null when `stop` ended it.
  draw() {
    return new Promise((resolve) => {
      this.settle = resolve;
      const { map } = this;
      map.once('pm:drawstart', ({ workingLayer }) => this.followDrawing(workingLayer));
      map.once('pm:create', ({ layer }) => this.adopt(layer));
      map.pm.enableDraw('Polygon', drawOptions);
    });
  }

  followDrawing(working) {
    const outline = (extra) => this.changed([...working.getLatLngs(), ...(extra ? [extra] : [])]);
    this.follow = ({ latlng }) => outline(latlng);
    this.check = () => this.map.pm.Draw.Polygon._doesSelfIntersect && this.refused();
    this.map.on('mousemove', this.follow);
    this.map.on('click', this.check);
    working.on('pm:vertexadded', () => outline());
  }

  finishDrawing() {
    this.map.pm.Draw.Polygon._finishShape();
  }

  takeBackCorner() {
    this.map.pm.Draw.Polygon._removeLastVertex();
  }

  adopt(layer) {
    this.unfollow();
    this.edit(layer);
    this.settle?.(layer);
  }

  unfollow() {
    if (!this.follow) return;
    this.map.off('mousemove', this.follow);
    this.map.off('click', this.check);
    this.follow = null;
  }

  // Edit a shape: a Leaflet polygon, or a GeoJSON geometry.
  edit(shape) {
    this.layer?.remove();
    this.layer = shape.pm ? shape : fromGeometry(shape);
    this.layer.addTo(this.map);
    this.layer.on('pm:markerdrag', () => this.changed(this.layer.getLatLngs()));
    this.layer.on('pm:edit pm:vertexremoved', () => this.step());
    this.layer.on('pm:intersect', () => this.refused());
    this.layer.pm.enable(editOptions);
    this.step();
  }

  // Remember the shape as it is now.
  step() {
    const now = this.geometry();
    if (JSON.stringify(now) !== JSON.stringify(this.steps.at(-1))) this.steps.push(now);
    this.changed(this.layer.getLatLngs());
  }

  takeBackStep() {
    if (this.steps.length < 2) return;
    this.steps.pop();
    this.edit(this.steps.at(-1));
  }

  get touched() {
    return this.steps.length > 1;
  }

  // Cut a hole, or a piece off; resolves when it is done or given up.
  cut() {
    this.layer.pm.disable();
    return new Promise((resolve) => {
      const done = (event) => {
        this.map.off('pm:cut', done);
        this.stopCut = null;
        if (event?.layer) this.layer = event.layer;
        this.map.pm.disableDraw();
        this.edit(this.layer);
        resolve();
      };
      this.stopCut = done;
      this.map.on('pm:cut', done);
      this.map.pm.enableDraw('Cut', { ...drawOptions, layersToCut: [this.layer] });
    });
  }

  geometry() {
    return this.layer.toGeoJSON(PLACES).geometry;
  }

  stop() {
    this.stopCut?.();
    this.unfollow();
    this.map.pm.disableDraw();
    this.layer?.pm.disable();
    this.layer?.remove();
    this.layer = null;
    this.steps = [];
    this.settle?.(null);
  }
}

function fromGeometry(geometry) {
  const [layer] = window.L.geoJSON(geometry, { style: { className: 'geo-sketch' } }).getLayers();
  return layer;
}
