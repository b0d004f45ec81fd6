// Problems: cells with counts from far, marks by state from near; lines and areas in the colour of their state.
import { FEATURE_FILTERS, TILE_FILTERS } from '../bus/filters.js';
import { momentOf } from '../past/moment.js';
import { getJson } from '../surface/fetch.js';
import { problemLayers } from '../surface/problemlayers.js';
import { geojsonSource, vectorSource } from '../surface/style.js';
import { tileAddress } from '../surface/tiles.js';

const PAGE_SIZE = 1000;
const MOST = 5000;
// Marks stand instead of dots where at most so many are in view.
const MARKS_IN_VIEW = { begin: 1200, end: 2400 };
const MARKS_FROM = 12.5; // before anything is known

export default async function mount({ geo, surface, options, data }) {
  const problems = new Problems({ geo, surface, options, data });
  await problems.start();
}

class Problems {
  constructor({ geo, surface, options, data }) {
    Object.assign(this, { geo, surface, options, data, marksFrom: MARKS_FROM });
  }

  async start() {
    const { geo, surface } = this;
    const { styles, lang } = geo.page;
    const context = { styles, lang, minzoom: this.options.min_zoom - 1 };
    const layers = (theme) =>
      problemLayers({ theme, from: this.from, marksFrom: this.marksFrom, now_s: this.now_s, ...context });
    Object.assign(this, await this.load());
    this.group = surface.add({ id: 'problems', sources: this.sources, layers });
    geo.on('view', ({ zoom }) => this.weigh(zoom - 1));
    if (this.data) return;
    geo.on('filter', () => this.reload());
    geo.on('change', ({ layer }) => layer === 'problems' && this.refresh());
  }

  // Dots or marks, by how many are in view when the map has come to rest.
  async weigh(zoom) {
    await this.surface.idle();
    const seen = this.surface.drawn('problems/point') + this.surface.drawn('problems/mark');
    const marked = zoom >= this.marksFrom;
    if (!seen || (marked ? seen <= MARKS_IN_VIEW.end : seen > MARKS_IN_VIEW.begin)) return;
    this.marksFrom = marked ? zoom + 0.5 : Math.floor(zoom * 2) / 2;
    this.group.update();
  }

  asked(names) {
    const said = this.geo.state.get();
    const pairs = names.map((name) => [name, said[name] || this.options.filters[name]]);
    return Object.fromEntries(pairs.filter(([, value]) => value));
  }

  // Where the problems come from, and the moment at which they are looked at.
  async load() {
    const as_of = this.geo.state.get().as_of;
    const now_s = Math.floor(momentOf(this.geo, as_of) / 1000);
    if (this.data) return { now_s, ...fromFeatures(this.data) };
    const past = as_of && { as_of, state: 'open' };
    // Few enough are fetched as they stood then; tiles of the past only tell what was open.
    const then = past && (await getJson(this.geo, '/problems', { ...this.features(), ...past, limit: PAGE_SIZE }));
    if (then && !then.next) return { now_s, ...fromFeatures(then) };
    if (this.byFeatures()) return { now_s, ...fromFeatures(await this.fetchAll(past)) };
    return { now_s, ...fromTiles({ ...this.asked(TILE_FILTERS), ...past }) };
  }

  features() {
    return this.asked([...TILE_FILTERS, ...FEATURE_FILTERS]);
  }

  byFeatures() {
    return Object.keys(this.asked(FEATURE_FILTERS)).length > 0;
  }

  async reload() {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const loaded = await this.load();
    if (turn !== this.turn) return;
    Object.assign(this, loaded);
    this.group.setSources(this.sources);
    this.geo.emit('data', { element: 'problems', data: null });
  }

  refresh() {
    if (this.from.source === 'features') this.reload();
    else this.group.refresh('tiles');
  }

  async fetchAll(past) {
    const features = [];
    let after;
    do {
      const query = { ...this.features(), ...past, limit: PAGE_SIZE, after };
      const page = await getJson(this.geo, '/problems', query);
      features.push(...page.features);
      after = page.next && new URL(page.next, window.location.href).searchParams.get('after');
    } while (after && features.length < MOST);
    return { type: 'FeatureCollection', features };
  }
}

const fromFeatures = (features) => ({
  from: { source: 'features' },
  sources: { features: geojsonSource(prepared(features)) },
});

const fromTiles = (filters) => ({
  from: { source: 'tiles', 'source-layer': 'problems' },
  sources: { tiles: vectorSource(tileAddress('problems', filters)) },
});

// The service's features as the styles and pop-ups want them: the deadline as a number to compare, who answers in a word.
export function prepared({ features }) {
  const properties = ({ responsible, ...plain }) => ({
    ...plain,
    ...(plain.due_at ? { due: Date.parse(plain.due_at) / 1000 } : {}),
    ...(responsible ? { responsible: responsible.person_name, place: responsible.place_name } : {}),
  });
  return {
    type: 'FeatureCollection',
    features: features.map((one) => ({ ...one, id: one.id ?? one.properties.id, properties: properties(one.properties) })),
  };
}
