// A basemap of pictures: Leaflet's tiles, one layer for each address, under whatever draws our own layers.
import { ShiftedTiles } from './shifted.js';

const { L } = window;
const PATIENCE_MS = 8000; // after which tiles that have not come are taken for tiles that will not
const DEEPEST = 24; // beyond the deepest tiles, these are drawn larger

// `came(yes)` hears whether the pictures come; more than once, for a network goes and comes.
export function rasterBase(basemap, came) {
  const layers = basemap.tiles.map((address) => tileLayer(basemap, address));
  watch(layers[0], came);
  return L.layerGroup(layers);
}

function tileLayer(basemap, address) {
  const Tiles = basemap.datum === 'gcj02' ? ShiftedTiles : L.TileLayer;
  const looks = [basemap.quiet && 'geo-base-quiet', basemap.dark && 'geo-base-dark'].filter(Boolean);
  return new Tiles(address, {
    minZoom: basemap.min_zoom, maxNativeZoom: basemap.max_zoom, maxZoom: DEEPEST, bounds: boxOf(basemap.bounds),
    ...(basemap.subdomains?.length ? { subdomains: basemap.subdomains } : {}), // beside nothing, Leaflet asks for {s} nowhere
    className: looks.join(' '), referrerPolicy: 'strict-origin', pmIgnore: true,
  });
}

const boxOf = (bounds) => bounds && [[bounds[1], bounds[0]], [bounds[3], bounds[2]]];

// A round of loading in which nothing came but faults, or nothing at all for long, says that nothing comes.
function watch(layer, came) {
  let [loaded, faults, timer] = [0, 0, 0];
  layer.on('loading', () => {
    [loaded, faults] = [0, 0];
    clearTimeout(timer);
    timer = setTimeout(() => loaded || came(false), PATIENCE_MS);
  });
  layer.on('tileload', () => {
    loaded += 1;
    came(true);
  });
  layer.on('tileerror', () => (faults += 1));
  layer.on('load', () => {
    clearTimeout(timer);
    if (faults && !loaded) came(false);
  });
  layer.on('remove', () => clearTimeout(timer));
}
