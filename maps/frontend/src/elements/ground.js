// The sheet below everything: the town's own areas and roads in grey, with their names. Over a basemap their ground and
// the names of roads, which it has too, are left out; borders and segments stay.
import { SLOTS } from '../surface/scene.js';
import { byZoom, matchBy, text, UNEDGED } from '../surface/style.js';
import { dataOf } from '../surface/tiles.js';
import { baseLayers, baseSource } from '../surface/vectorbase.js';

const MAJOR = ['national', 'provincial', 'county'];
const MINOR_FROM = 10.5; // further out, the smaller roads are only in the way
// Finer tiles would write an area's name once in each of them.
const AREA_TILES_TO = 13;

export default function mount({ geo, surface, options, data }) {
  const areas = dataOf(geo, 'areas', { tileLayer: 'areas', data: data?.areas, zooms: { maxzoom: AREA_TILES_TO } });
  const roads = dataOf(geo, 'roads', { tileLayer: 'road_segments', data: data?.roads });
  const styles = geo.page.styles;
  const isVector = () => geo.under.basemap?.kind === 'vector';
  const sources = () => ({ ...areas.sources, ...roads.sources, ...(isVector() ? baseSource(geo.under.basemap) : {}) });
  const sheet = (theme) => {
    if (isVector()) return baseLayers(geo.under.basemap, { styles, theme, lang: geo.page.lang });
    return geo.under.basemap ? [] : [backdrop(styles.ground[theme]), areaLayer(areas.from, styles.ground[theme])];
  };
  const labels = (theme) => {
    const names = [areaName(areas.from, styles.ground[theme])];
    return geo.under.basemap ? names : [roadName(roads.from, styles.ground[theme]), ...names];
  };
  const over = (theme) => [
    ...borderLayers(areas.from, styles, theme),
    ...roadLayers(roads.from, styles, theme),
    ...(options.labels ? labels(theme) : []),
  ];
  const layers = (theme) => [...sheet(theme), ...over(themeOver(geo.under.basemap, theme))];
  const group = surface.add({ id: 'ground', sources: sources(), layers });
  geo.on('under', () => group.setSources(sources()));
  geo.on('change', ({ layer }) => {
    if (layer === 'areas') group.refresh('areas');
    if (layer === 'road_segments') group.refresh('roads');
  });
}

// Pictures that stay bright on a dark page need the lines and names of a bright one.
function themeOver(basemap, theme) {
  return basemap?.kind === 'raster' && !basemap.dark ? 'light' : theme;
}

function backdrop(ground) {
  return { id: 'backdrop', type: 'background', slot: SLOTS.ground, paint: { 'background-color': ground.background } };
}

function areaLayer(from, ground) {
  return {
    id: 'area', type: 'fill', slot: SLOTS.ground, ...from, filter: ['==', ['get', 'level'], 'village'],
    paint: { 'fill-color': ground.area, ...UNEDGED },
  };
}

function borderLayers(from, styles, theme) {
  const { looks } = styles.groups.areas;
  return [...looks].reverse().map((look) => ({
    id: `border-${look.key}`, type: 'line', slot: SLOTS.ground + 2, ...from, minzoom: look.key === 'grid' ? 13 : 0,
    filter: ['==', ['get', 'level'], look.key],
    paint: {
      'line-color': look[theme],
      'line-width': byZoom(9, look.width * 0.7, 15, look.width * 1.5),
      ...(look.dash ? { 'line-dasharray': look.dash } : {}),
    },
  }));
}

function roadLayers(from, styles, theme) {
  const { looks } = styles.groups.roads;
  const width = (scale, extra = 0) =>
    matchBy(['get', 'road_class'], looks.map((look) => [look.key, look.width * scale + extra]), 3 * scale + extra);
  const line = (id, color, widths, more) => ({
    id, type: 'line', slot: SLOTS.ground + 1, ...from, layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: { 'line-color': color, 'line-width': byZoom(...widths) }, ...more,
  });
  const color = matchBy(['get', 'road_class'], looks.map((look) => [look.key, look[theme]]), looks.at(-1)[theme]);
  const widths = [8, width(0.15), 12, width(0.5), 16, width(1.7), 18, width(3.6)];
  const isMajor = ['in', ['get', 'road_class'], ['literal', MAJOR]];
  return [
    line('case', styles.ground[theme].case, [11, width(0.45, 1), 12, width(0.6, 1.6), 16, width(2, 3), 18, width(4, 5)], { minzoom: 11 }),
    line('minor', color, widths, { minzoom: MINOR_FROM, filter: ['!', isMajor] }),
    line('road', color, widths, { filter: isMajor }),
  ];
}

function roadName(from, ground) {
  const named = text(['get', 'road_name'], byZoom(12, 10.5, 16, 13), ground, {
    'symbol-placement': 'line', 'symbol-spacing': 380, 'text-letter-spacing': 0.1, 'text-padding': 12,
  });
  return { id: 'road-name', type: 'symbol', slot: SLOTS.roadLabel, ...from, minzoom: 12, ...named };
}

function areaName(from, ground) {
  const village = text(['get', 'name'], byZoom(10, 11, 15, 14), ground, { 'text-padding': 24, 'text-letter-spacing': 0.06 });
  const quiet = { ...village.paint, 'text-opacity': 0.8 };
  return {
    id: 'area-name', type: 'symbol', slot: SLOTS.roadLabel, ...from, minzoom: 10.5,
    filter: ['==', ['get', 'level'], 'village'], ...village, paint: quiet,
  };
}
