// A basemap of vector tiles: the style table's sheets, as far as the tiles have their layers, for every way of drawing.
import { SLOTS } from './scene.js';
import { byZoom, FONT, vectorSource } from './style.js';

const SOURCE = 'base';
export const BASE_SOURCE = `ground/${SOURCE}`; // as the scene calls it
const HEIGHTS = { fill: SLOTS.ground + 0.1, case: SLOTS.ground + 0.2, line: SLOTS.ground + 0.3, name: SLOTS.roadLabel };
const AREAS = ['Polygon', 'MultiPolygon'];
const MARGIN_PX = 1.6; // of a road's margin, on both sides together

export function baseSource({ tiles, min_zoom: minzoom, max_zoom: maxzoom, bounds }) {
  return { [SOURCE]: { ...vectorSource(tiles[0], { minzoom, maxzoom }), bounds } };
}

export function baseLayers({ layers }, { styles, theme, lang }) {
  const table = styles.basemap;
  const context = { table, lang, color: (look) => table.looks[look][theme] };
  const there = table.sheets.filter((sheet) => !layers.length || layers.includes(sheet.layer));
  const cases = there.filter((sheet) => sheet.case).map((sheet) => caseLayer(sheet, context));
  return [landLayer(context), ...cases, ...there.map((sheet) => LAYERS[sheet.paint](sheet, context))];
}

const LAYERS = { fill: fillLayer, line: lineLayer, name: nameLayer };

function landLayer({ color }) {
  return { id: 'land', type: 'background', slot: SLOTS.ground, paint: { 'background-color': color('land') } };
}

function layerOf({ key, layer, min_zoom: minzoom = 0 }, { type, height, filters }) {
  const filter = filters.length > 1 ? ['all', ...filters] : filters[0];
  const more = filter ? { filter } : {};
  return { id: `base-${key}`, type, slot: HEIGHTS[height], source: SOURCE, 'source-layer': layer, minzoom, ...more };
}

const chosen = ({ field, values }) => (values ? [['in', ['get', field], ['literal', values]]] : []);

function fillLayer(sheet, { color }) {
  const filters = [['in', ['geometry-type'], ['literal', AREAS]], ...chosen(sheet)];
  return { ...layerOf(sheet, { type: 'fill', height: 'fill', filters }), paint: { 'fill-color': color(sheet.look) } };
}

function lineLayer(sheet, { color, table }) {
  const filters = [['!', ['in', ['geometry-type'], ['literal', AREAS]]], ...chosen(sheet)];
  const dash = sheet.dash ? { 'line-dasharray': sheet.dash } : {};
  return {
    ...layerOf(sheet, { type: 'line', height: 'line', filters }),
    layout: { 'line-cap': sheet.dash ? 'butt' : 'round', 'line-join': 'round' },
    paint: { 'line-color': color(sheet.look), 'line-width': byZoom(...table.widths[sheet.size]), ...dash },
  };
}

function caseLayer(sheet, context) {
  const line = lineLayer(sheet, context);
  const wider = context.table.widths[sheet.size].map((part, i) => (i % 2 ? part + MARGIN_PX : part));
  const paint = { ...line.paint, 'line-color': context.color('case'), 'line-width': byZoom(...wider) };
  return { ...line, id: `${line.id}-case`, slot: HEIGHTS.case, minzoom: Math.max(line.minzoom, 10), paint };
}

function nameLayer(sheet, { color, table, lang }) {
  const names = table.names[lang] ?? table.names.en;
  const along = sheet.size === 'street' ? { 'symbol-placement': 'line', 'symbol-spacing': 420 } : {};
  const filters = chosen(sheet);
  return {
    ...layerOf(sheet, { type: 'symbol', height: 'name', filters }),
    layout: {
      'text-field': ['coalesce', ...names.map((name) => ['get', name]), ''], 'text-font': FONT,
      'text-size': byZoom(...table.sizes[sheet.size]), 'text-padding': 6, ...along,
    },
    paint: { 'text-color': color('name'), 'text-halo-color': color('halo'), 'text-halo-width': 1.3 },
  };
}
