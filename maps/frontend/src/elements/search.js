// The search box: places, places on roads (某路 K1+200), problems and people. What is chosen is flown to, marked, and
// stands in the address (`find=KEY`), so that the address shows it again.
import { getJson } from '../surface/fetch.js';
import { boundsOf } from '../surface/bounds.js';
import { calm, CROSS, drawing, make, ownGround } from '../surface/element.js';
import { ICONS, noteOf, titleOf } from '../surface/hits.js';

const PAUSE_MS = 180;
const FLY = { maxZoom: 17, padding: [48, 48] };
const POINT_DEG = 0.0012; // round a point, about 120 m
const NARROW = '(max-width: 720px)';

export default async function mount({ geo, map }) {
  const box = new SearchBox(geo, map);
  const control = window.L.control({ position: 'topleft' });
  control.onAdd = () => box.element;
  control.addTo(map);
  map.getContainer().querySelector('.leaflet-top.leaflet-left').prepend(box.element);
  geo.on('travel', (changes) => 'find' in changes && box.restore());
  await box.restore();
}

class SearchBox {
  constructor(geo, map) {
    Object.assign(this, { geo, map, hits: [], at: -1, turn: 0 });
    const { t } = geo;
    this.list = make('ul', { id: 'geo-hits', class: 'geo-hits', role: 'listbox', 'aria-label': t('Search results'), hidden: true });
    this.input = make('input', {
      type: 'search', id: 'geo-search', class: 'geo-search-input', role: 'combobox', autocomplete: 'off', enterkeyhint: 'search',
      spellcheck: 'false', maxlength: 100, placeholder: t('Place, road K1+200, number'), 'aria-label': t('Search the map'),
      'aria-controls': 'geo-hits', 'aria-expanded': 'false', 'aria-autocomplete': 'list', title: t('Press / to search'),
      oninput: () => this.later(), onkeydown: (event) => this.key(event), onfocus: () => this.hits.length && this.open(true),
    });
    this.said = make('p', { class: 'geo-search-said', role: 'status', hidden: true });
    this.clear = make('button', { type: 'button', class: 'geo-search-clear', 'aria-label': t('Clear the search'), hidden: true, onclick: () => this.forget() }, drawing(CROSS));
    this.opener = make('button', { type: 'button', class: 'geo-search-open', 'aria-label': t('Search the map'), 'aria-expanded': 'false', onclick: () => this.unfold() }, drawing('M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5 20 20'));
    const field = make('div', { class: 'geo-search-field' }, this.opener, this.input, this.clear);
    this.element = ownGround(make('div', { class: 'geo-search', role: 'search' }, field, this.said, this.list));
    document.addEventListener('keydown', (event) => this.shortcut(event));
    document.addEventListener('pointerdown', (event) => !this.element.contains(event.target) && this.fold());
  }

  // “/” from anywhere but a field.
  shortcut(event) {
    const busy = event.target.closest?.('input, textarea, select, [contenteditable]');
    if (event.key !== '/' || busy || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.unfold();
  }

  unfold() {
    this.element.classList.add('unfolded');
    this.opener.setAttribute('aria-expanded', 'true');
    this.input.focus();
  }

  fold() {
    this.open(false);
    if (this.input.value) return;
    this.element.classList.remove('unfolded');
    this.opener.setAttribute('aria-expanded', 'false');
  }

  later() {
    clearTimeout(this.timer);
    this.clear.hidden = !this.input.value;
    this.timer = setTimeout(() => this.ask(), PAUSE_MS);
  }

  async ask() {
    const q = this.input.value.trim();
    const turn = (this.turn += 1);
    const { features } = q ? await this.fetch({ q }) : { features: [] };
    if (turn !== this.turn) return;
    this.hits = features;
    this.answered = q;
    this.show(q);
  }

  async fetch(query) {
    try {
      return await getJson(this.geo, '/search', query);
    } catch (error) {
      this.say(error.message);
      return { features: [] };
    }
  }

  show(q) {
    const { t } = this.geo;
    this.list.replaceChildren(...this.hits.map((hit, i) => this.row(hit, i)));
    this.point(this.hits.length ? 0 : -1);
    this.open(this.hits.length > 0);
    const none = q ? t('Nothing is called “{name}” here.', { name: q }) : '';
    this.say(this.hits.length ? '' : none);
  }

  say(text) {
    this.said.hidden = !text;
    this.said.textContent = text;
  }

  row(hit, i) {
    const { kind } = hit.properties;
    const text = make('span', {}, make('b', {}, titleOf(this.geo, hit)), make('small', {}, noteOf(this.geo, hit)));
    const choose = () => this.choose(this.hits[i]);
    return make('li', { id: `geo-hit-${i}`, role: 'option', 'data-kind': kind, 'data-key': hit.id, onclick: choose }, drawing(ICONS[kind]), text);
  }

  point(at) {
    this.at = at;
    [...this.list.children].forEach((row, i) => row.setAttribute('aria-selected', String(i === at)));
    const row = this.list.children[at];
    row?.scrollIntoView({ block: 'nearest' });
    if (row) this.input.setAttribute('aria-activedescendant', row.id);
    else this.input.removeAttribute('aria-activedescendant');
  }

  open(on) {
    this.list.hidden = !on;
    this.input.setAttribute('aria-expanded', String(on));
  }

  key(event) {
    const act = {
      ArrowDown: () => this.step(1),
      ArrowUp: () => this.step(-1),
      Enter: () => this.enter(),
      Escape: () => this.escape(),
    }[event.key];
    if (!act || event.isComposing) return; // Enter that ends the writing of a Chinese word chooses nothing
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  step(by) {
    if (!this.hits.length) return;
    this.open(true);
    this.point((this.at + by + this.hits.length) % this.hits.length);
  }

  async enter() {
    clearTimeout(this.timer);
    if (this.list.hidden || this.answered !== this.input.value.trim()) await this.ask();
    if (this.hits[this.at]) this.choose(this.hits[this.at]);
  }

  escape() {
    if (!this.list.hidden) return this.open(false);
    this.forget();
    this.input.blur();
    return this.fold();
  }

  forget() {
    this.input.value = '';
    this.clear.hidden = true;
    this.hits = [];
    this.show('');
    this.geo.highlight(null);
    this.geo.state.set({ find: null });
  }

  // A problem opens its card where the page has one; everything else is marked.
  async choose(hit) {
    const { kind, code } = hit.properties;
    this.input.value = titleOf(this.geo, hit);
    this.clear.hidden = false;
    this.open(false);
    this.input.blur();
    this.geo.state.set({ find: hit.id });
    const whole = hit.geometry ? hit : await this.again(hit.id);
    await this.goTo(whole);
    if (kind === 'problem' && this.geo.hears('select')) this.geo.emit('select', { layer: 'problems', id: code, properties: hit.properties });
  }

  async again(key) {
    const { features } = await this.fetch({ key });
    return features[0];
  }

  async goTo(hit, { fly = true } = {}) {
    const bounds = boundsOf(hit);
    if (!bounds) return this.say(this.geo.t('It has no place on the map.'));
    this.say('');
    await this.geo.highlight(hit);
    const [west, south, east, north] = wide(bounds);
    const go = fly && !calm() ? 'flyToBounds' : 'fitBounds';
    return this.map[go]([[south, west], [north, east]], { ...FLY, ...(fly ? { duration: 0.7 } : { animate: false }) });
  }

  // What the address names; a view that it names too stays.
  async restore() {
    const { find } = this.geo.state.get();
    if (!find) {
      if (this.input.value) this.forget();
      return;
    }
    const hit = await this.again(find);
    if (!hit) return;
    this.input.value = titleOf(this.geo, hit);
    this.clear.hidden = false;
    if (!matchMedia(NARROW).matches) this.element.classList.add('unfolded');
    if (this.geo.arrivedAt) await this.geo.highlight(hit);
    else await this.goTo(hit, { fly: false });
  }
}

function wide([west, south, east, north]) {
  const room = west === east && south === north ? POINT_DEG : 0;
  return [west - room, south - room, east + room, north + room];
}
