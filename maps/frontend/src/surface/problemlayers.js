// The style layers of problems, for every element that shows some.
import { markName } from './images.js';
import { SLOTS } from './scene.js';
import { byZoom, FONT, matchBy } from './style.js';

const OVER = ['closed', 'dropped'];

// `marksFrom` is the zoom from which marks stand instead of plain dots; `minzoom` keeps them all off further out.
// (Zooms here are those of 512-pixel tiles, one less than Leaflet's.)
export function problemLayers({ from, theme, styles, now_s, lang, marksFrom = 0, minzoom = 0 }) {
  const { looks } = styles.groups.problems;
  const kind = kindOf(looks, now_s);
  const color = matchBy(kind, looks.map((look) => [look.key, look[theme]]), looks.at(-1)[theme]);
  const context = { from, theme, styles, looks, kind, color, lang, marksFrom };
  const layers = [...cellLayers(context), ...shapeLayers(context), ...pointLayers(context)];
  return layers.map((layer) => ({ ...layer, minzoom: Math.max(minzoom, layer.minzoom ?? 0) }));
}

// The key of the look: its state's group, or "overdue" when it is open and past its time.
function kindOf(looks, now_s) {
  const plain = looks.filter((look) => look.states);
  const open = plain.filter((look) => !OVER.includes(look.key)).flatMap((look) => look.states);
  const group = matchBy(['get', 'state'], plain.map((look) => [look.states, look.key]), 'open');
  const isOpen = ['in', ['get', 'state'], ['literal', open]];
  return ['case', ['all', isOpen, ['has', 'due'], ['<', ['get', 'due'], now_s]], 'overdue', group];
}

// The service's cells are a few pixels wide, its clusters 32: a dot for each, larger where more lie in it. The tile has
// the fullest last.
function cellLayers({ from, theme, styles, color, lang }) {
  const count = ['get', 'point_count'];
  return [
    {
      id: 'cell', type: 'circle', slot: SLOTS.point, ...from, filter: ['has', 'point_count'], pick: 'problems',
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['log10', count], 0, 2.4, 1, 4.4, 2, 9, 3, 12, 4, 15],
        'circle-color': color, 'circle-opacity': 0.85,
        'circle-stroke-color': styles.ground[theme].case, 'circle-stroke-width': 1,
      },
    },
    {
      id: 'cell-count', type: 'symbol', slot: SLOTS.label, ...from, filter: ['>=', ['coalesce', count, 0], 100],
      layout: {
        'text-field': shortly(count, lang), 'text-font': FONT, 'text-size': 10.5, 'text-padding': 0,
        'symbol-sort-key': ['-', 0, count],
      },
      paint: { 'text-color': theme === 'dark' ? '#0e1318' : '#ffffff' },
    },
  ];
}

// 12345 → “1.2万” or “12.3k”.
function shortly(count, lang) {
  const [from, unit, word] = lang === 'zh' ? [10_000, 10_000, '万'] : [1_000, 1_000, 'k'];
  const tenths = ['/', ['round', ['/', count, unit / 10]], 10];
  return ['case', ['>=', count, from], ['concat', ['to-string', tenths], word], ['to-string', count]];
}

function shapeLayers({ from, color }) {
  return [
    {
      id: 'area', type: 'fill', slot: SLOTS.area + 5, ...from, pick: 'problems', filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': color, 'fill-opacity': 0.25 },
    },
    {
      id: 'line', type: 'line', slot: SLOTS.line, ...from, pick: 'problems', filter: ['!=', ['geometry-type'], 'Point'],
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': color, 'line-width': byZoom(11, 2, 16, 5) },
    },
  ];
}

function pointLayers({ from, theme, styles, looks, kind, color, marksFrom }) {
  const point = ['all', ['!', ['has', 'point_count']], ['==', ['geometry-type'], 'Point']];
  const single = ['!', ['has', 'point_count']];
  const rank = matchBy(kind, looks.map((look, i) => [look.key, looks.length - i]), 0);
  const image = matchBy(kind, looks.map((look) => [look.key, markName('problems', look.key, theme)]), '');
  const late = (yes, no) => ['match', kind, 'overdue', yes, no];
  return [
    {
      id: 'point', type: 'circle', slot: SLOTS.point, ...from, filter: point, maxzoom: marksFrom, pick: 'problems',
      layout: { 'circle-sort-key': rank },
      paint: {
        'circle-radius': byZoom(8, late(3, 2), 11, late(4.2, 3), 14, late(8, 6)), 'circle-color': color,
        'circle-stroke-color': styles.ground[theme].case, 'circle-stroke-width': byZoom(9, 0.4, 13, 1.2),
      },
    },
    {
      id: 'mark', type: 'symbol', slot: SLOTS.mark, ...from, filter: single, minzoom: marksFrom, pick: 'problems',
      layout: {
        'icon-image': image, 'icon-size': byZoom(10, late(0.52, 0.42), 12.5, late(0.78, 0.66), 17, late(1.3, 1.1)),
        'symbol-sort-key': rank, 'icon-allow-overlap': true, 'icon-ignore-placement': true,
      },
    },
  ];
}
