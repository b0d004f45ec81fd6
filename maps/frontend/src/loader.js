/* The bus: `window.geo`, made before anything else on the page. Everything on a map page
 * (our elements, the page's own scripts) talks through it and nothing else.
 *
 * geo.page      {name, lang, theme, now, api, words, styles, town, params, standalone, assets, data}
 * geo.t(template, values)      an English template in the page's language, {name} filled in
 * geo.number(value, digits)    geo.time(rfc3339 | seconds, {day})   in the page's language, clocks of China
 * geo.theme()                  'light' | 'dark', as it is now
 * geo.map                      Promise of the L.Map, resolved when its first view is set
 * geo.on(name, listener) → function that takes it off · geo.off(name, listener) · geo.emit(name, detail)
 *     select {layer, id, properties, latlng}   something on the map was chosen; {layer: null} = nothing
 *     filter {state, category, overdue, …}     which problems to show: names given replace the old ones,
 *                                              null or '' takes one away; kept in the address
 *     change {layer, id}                       something was written; elements fetch anew at once
 *     view   {bbox: [w, s, e, n], zoom}        the map came to rest (the last one is told to late listeners)
 *     data   {element, data}                   an element has its data (told to late listeners)
 *     state  {name: value | null, …}           the address's query was changed (`geo.state.set`, or by back and forward)
 *     travel {name: value | null, …}           the same, by the browser's back and forward only
 *     print  {}                                the page is about to be printed: draw at once
 *     theme  {theme}                           the page's theme changed (<html data-theme> or the device)
 *     fault  {element, error}                  an element could not be loaded or lost its data
 *     acting {code, name, roles} | null       another person acts on this device
 *     under {}                                 what the map lies on has changed (`geo.under`)
 *     baseless {error}                         a basemap's tiles do not come
 *     editing {layer, id | null}               a shape is being edited by hand (the map leaves it out); null = over
 * geo.state.get() → {at: {lat, lng, zoom}?, …text}   geo.state.set({name: value | null}, {replace})   the address's
 *     query; a change is a step of the browser's history, but for looking round and with `replace`
 * geo.under     {basemap}: the basemap that the map lies on, as its tiles come; null: the town's own ground
 * geo.pick({type: 'Point' | 'LineString' | 'Polygon'}) → Promise of a GeoJSON geometry, or null when given up
 * geo.highlight(geojson | null)   geo.fit([w, s, e, n])   both return a Promise
 * geo.symbol(group, key, size)    an <svg> of the style table's mark, as in the legend
 *
 * Text of users reaches the page by textContent only.
 */
import { Events } from './bus/events.js';
import { readPage, currentTheme, watchTheme } from './bus/page.js';
import { UrlState } from './bus/urlstate.js';
import { Words } from './bus/words.js';
import { furnish } from './bus/furniture.js';
import { symbol } from './surface/marks.js';

const FIT = { maxZoom: 17, padding: [16, 16] };
const VIEW_PAUSE_MS = 200;

const page = readPage();
page.words ??= window.geoWords ?? {}; // a saved file bears its words, a page has them from an address of their own
const words = new Words(page);
const events = new Events({ view: 'view', data: 'element' });
const state = new UrlState(window.location, window.history, (changes) => events.emit('state', changes));
const modules = {}; // name → Promise of the module, or the module itself in a standalone file
let mapReady;
let surfaceReady;

const geo = (window.geo = {
  page,
  modules,
  state,
  t: (template, values) => words.say(template, values),
  number: (value, digits) => words.number(value, digits),
  time: (value, form) => words.time(value, form),
  theme: currentTheme,
  map: new Promise((resolve) => (mapReady = resolve)),
  on: (name, listener) => events.on(name, listener),
  off: (name, listener) => events.off(name, listener),
  emit: (name, detail) => events.emit(name, detail),
  hears: (name) => events.has(name),
  under: { basemap: null },
  symbol: (group, key, size) => symbol(page.styles, group, key, size),
  fit: async (bbox, options) => fit(await geo.map, bbox, { ...FIT, ...options }),
  highlight: async (shape) => (await geo.module('elements/selection')).highlight(await geo.map, shape),
  pick: async (wish) => (await geo.module('elements/selection')).pick(await geo.map, geo, wish),

  // Used by the pages that the server composes:
  module(name) {
    return (modules[name] ??= import(`${page.assets}${name}.js`));
  },
  surface() {
    return (surfaceReady ??= Promise.all([geo.module('surface/surface'), geo.map]).then(([made, map]) =>
      made.createSurface(map, geo),
    ));
  },
  start(map, bounds) {
    geo.arrivedAt = state.get().at ?? null; // a place that the address named; elements then leave the view alone
    firstView(map, bounds);
    furnish(map, geo);
    map.on('moveend zoomend', later(() => tellView(map), VIEW_PAUSE_MS));
    new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(map.getContainer());
    mapReady(map);
    tellView(map);
  },
  mounted: {}, // element → its options
  async mount(name, options) {
    geo.mounted[name] = options;
    try {
      const [element, surface] = await Promise.all([geo.module(`elements/${name}`), geo.surface()]);
      await element.default({ geo, surface, map: await geo.map, options, data: page.data[name] });
    } catch (error) {
      console.error(`element ${name}:`, error);
      geo.emit('fault', { element: name, error });
    }
  },
});

geo.on('filter', (filters) => state.set(filters));
window.addEventListener('popstate', travel);
if (!page.standalone && page.theme !== 'auto') state.set({ theme: page.theme }); // whoever gets the address sees the same
watchTheme((theme) => geo.emit('theme', { theme }));

// The browser went back or forward: the map and whoever shows what the address says follow.
async function travel() {
  const { at, ...changes } = state.moved();
  if (at) (await geo.map).setView([at.lat, at.lng], at.zoom);
  if ('theme' in changes) document.documentElement.dataset.theme = changes.theme ?? page.theme;
  if (!Object.keys(changes).length) return;
  events.emit('state', changes);
  geo.emit('filter', changes);
  geo.emit('travel', changes);
}

function firstView(map, bounds) {
  const at = geo.arrivedAt;
  if (at) map.setView([at.lat, at.lng], at.zoom, { animate: false });
  else if (bounds) fit(map, bounds, { ...FIT, animate: false });
}

function fit(map, [west, south, east, north], options) {
  map.fitBounds([[south, west], [north, east]], options);
}

function tellView(map) {
  const { lat, lng } = map.getCenter();
  const zoom = map.getZoom();
  const [west, south, east, north] = map.getBounds().toBBoxString().split(',').map(Number);
  if (!page.standalone) state.set({ at: { lat, lng, zoom: Math.round(zoom * 100) / 100 } });
  geo.emit('view', { bbox: [west, south, east, north], zoom });
}

function later(action, pause_ms) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, pause_ms);
  };
}
