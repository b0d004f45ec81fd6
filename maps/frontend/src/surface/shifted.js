// Tiles of a map whose places are shifted (GCJ-02). The tiles are moved, never the data: each is laid between the places
// where its four corners truly are, slanted by a hair where the shift changes, so that neighbours meet exactly.
import { gcjOf, wgsOf } from './gcj02.js';

const { L } = window;
const SPARE_PX = 12; // by which the shift may change inside of a view, at most

export class ShiftedTiles extends L.TileLayer {
  // Which tiles are needed is asked in the map's own places.
  _getTiledPixelBounds(center) {
    const { min, max } = super._getTiledPixelBounds(center);
    const corners = [min, L.point(max.x, min.y), max, L.point(min.x, max.y)];
    const found = L.bounds(corners.map((corner) => this.moved(corner, this._tileZoom, gcjOf)));
    return L.bounds(found.min.subtract([SPARE_PX, SPARE_PX]), found.max.add([SPARE_PX, SPARE_PX]));
  }

  // Leaflet's own rounds to whole pixels, at broken zooms too.
  _setZoomTransform(level, center, zoom) {
    const scale = this._map.getZoomScale(zoom, level.zoom);
    const start = level.origin.multiplyBy(scale).subtract(this._map._getNewPixelOrigin(center, zoom));
    L.DomUtil.setTransform(level.el, start, scale);
  }

  _addTile(coords, container) {
    super._addTile(coords, container);
    const { el } = this._tiles[this._tileCoordsToKey(coords)];
    el.style.transformOrigin = '0 0';
    el.style.transform = `matrix(${this.placeOf(coords).join(',')})`;
  }

  // What carries the tile's own square to the four-sided figure between its corners, in the pixels of its level.
  placeOf(coords) {
    const { x: size } = this.getTileSize();
    const corner = (dx, dy) => {
      const there = L.point((coords.x + dx) * size, (coords.y + dy) * size);
      return this.moved(there, coords.z, wgsOf).subtract(this._level.origin);
    };
    const [nw, ne, sw, se] = [corner(0, 0), corner(1, 0), corner(0, 1), corner(1, 1)];
    const along = ne.subtract(nw).add(se.subtract(sw)).divideBy(2 * size);
    const down = sw.subtract(nw).add(se.subtract(ne)).divideBy(2 * size);
    const middle = nw.add(ne).add(sw).add(se).divideBy(4);
    const start = middle.subtract(along.add(down).multiplyBy(size / 2));
    return [along.x, along.y, down.x, down.y, start.x, start.y];
  }

  moved(pixel, zoom, change) {
    const { lng, lat } = this._map.unproject(pixel, zoom);
    const [east, north] = change([lng, lat]);
    return this._map.project([north, east], zoom);
  }
}
