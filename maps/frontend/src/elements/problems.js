// Problems: cells with counts from far, marks by state from near; lines and areas in the colour of their state.
import { getJson } from '../surface/fetch.js';
import { problemLayers } from '../surface/problemlayers.js';
import { geojsonSource, vectorSource } from '../surface/style.js';
import { tileAddress } from '../surface/tiles.js';

const TILE_FILTERS = ['state', 'category', 'person', 'since'];
// What tiles cannot filter (and cells cannot show): then the features themselves are fetched.
const FEATURE_FILTERS = ['area', 'assignee', 'source', 'flag', 'q', 'overdue'];
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
    const context = { styles: geo.page.styles, now_s: this.now_s(), minzoom: this.options.min_zoom - 1 };
    const layers = (theme) => problemLayers({ theme, from: this.from, marksFrom: this.marksFrom, ...context });
    await this.load();
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

  now_s() {
    return Math.floor((this.geo.page.now ? Date.parse(this.geo.page.now) : Date.now()) / 1000);
  }

  asked(names) {
    const said = this.geo.state.get();
    const pairs = names.map((name) => [name, said[name] || this.options.filters[name]]);
    return Object.fromEntries(pairs.filter(([, value]) => value));
  }

  byFeatures() {
    return Object.keys(this.asked(FEATURE_FILTERS)).length > 0;
  }

  async load() {
    if (this.data || this.byFeatures()) {
      const features = this.data ?? (await this.fetchAll());
      this.from = { source: 'features' };
      this.sources = { features: geojsonSource(prepared(features)) };
    } else {
      this.from = { source: 'tiles', 'source-layer': 'problems' };
      this.sources = { tiles: vectorSource(tileAddress('problems', this.asked(TILE_FILTERS))) };
    }
  }

  async reload() {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    await this.load();
    if (turn === this.turn) this.group.setSources(this.sources);
  }

  refresh() {
    if (this.byFeatures()) this.reload();
    else this.group.refresh('tiles');
  }

  async fetchAll() {
    const features = [];
    let after;
    do {
      const query = { ...this.asked([...TILE_FILTERS, ...FEATURE_FILTERS]), limit: PAGE_SIZE, after };
      const page = await getJson(this.geo, '/problems', query);
      features.push(...page.features);
      after = page.next;
    } while (after && features.length < MOST);
    return { type: 'FeatureCollection', features };
  }
}

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
