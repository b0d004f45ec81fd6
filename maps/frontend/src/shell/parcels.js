// The page of bare-land parcels: list, total, filter, and the form of the chosen parcel.

import { get } from './api.js';
import { word } from './choices.js';
import { debounced, find, h, refill } from './dom.js';
import { box } from './geometry.js';
import { openParcelForm } from './parcel-form.js';
import { looks, sign } from './states.js';
import { figure } from './tiles.js';
import { told } from './toast.js';
import { area, count, mu, t } from './words.js';

const NAMES = ['state', 'treatment'];

export function start() {
  new Parcels(find('#content')).begin();
}

const chosen = () => {
  const all = window.geo.state.get();
  return Object.fromEntries(NAMES.filter((name) => all[name]).map((name) => [name, all[name]]));
};

class Parcels {
  constructor(content) {
    Object.assign(this, { content, features: [] });
    this.reload = debounced(() => this.load(), 120);
  }

  begin() {
    const { geo } = window;
    geo.on('change', ({ layer, id }) => layer === 'parcels' && this.changed(id));
    geo.on('select', ({ layer, id }) => layer === 'parcels' && this.open(id));
    geo.on('filter', () => this.show());
    this.load().then(() => geo.state.get().id && this.open(geo.state.get().id, true));
  }

  async load() {
    const found = await told(() => get('/parcels'));
    if (!found) return;
    this.features = found.features;
    this.show();
  }

  // A parcel that was drawn just now wants its attributes.
  async changed(id) {
    const known = this.features.some((one) => String(one.properties.id) === String(id));
    await this.load();
    const still = this.features.some((one) => String(one.properties.id) === String(id));
    if (!known && still) this.open(id);
  }

  matching() {
    const filter = chosen();
    return this.features.filter(({ properties }) =>
      NAMES.every((name) => !filter[name] || properties[name] === filter[name]),
    );
  }

  show() {
    const parcels = this.matching();
    const total_m2 = parcels.reduce((sum, one) => sum + one.properties.area_m2, 0);
    refill(
      this.content,
      h(
        'div',
        { class: 'tiles two' },
        figure({ title: t('Parcels'), value: count(parcels.length) }),
        figure({ title: t('Total area'), value: area(total_m2), note: mu(total_m2) }),
      ),
      this.filters(),
      h(
        'p',
        { class: 'hint' },
        t('To add a parcel use the drawing tool on the map; to change one choose it here.'),
      ),
      parcels.length
        ? h(
            'ul',
            { class: 'rows', id: 'parcel-list' },
            [...parcels].sort(byArea).map((one) => this.row(one)),
          )
        : h('p', { class: 'empty' }, t('No parcel matches.')),
    );
  }

  filters() {
    const chips = [
      ...looks('parcels').map((look) => ['state', look.key, t(look.title)]),
      ...['green', 'harden', 'clear', 'cover'].map((code) => ['treatment', code, word('treatment', code)]),
    ];
    return h(
      'div',
      { class: 'chips', role: 'group', 'aria-label': t('Filter') },
      chips.map(([name, value, title]) => this.chip(name, value, title)),
    );
  }

  chip(name, value, title) {
    const on = chosen()[name] === value;
    const flip = () => window.geo.emit('filter', { [name]: on ? null : value });
    return h(
      'button',
      {
        type: 'button',
        class: 'chip',
        'data-filter': `${name}=${value}`,
        'aria-pressed': String(on),
        onclick: flip,
      },
      name === 'state' && sign('parcels', value),
      title,
    );
  }

  row(feature) {
    const one = feature.properties;
    const sub = [
      word('parcel_state', one.state),
      one.treatment && word('treatment', one.treatment),
      one.owner,
    ]
      .filter(Boolean)
      .join(' · ');
    return h(
      'li',
      {},
      h(
        'button',
        { type: 'button', class: 'row', 'data-id': one.id, onclick: () => this.open(one.id, true) },
        sign('parcels', one.state),
        h('span', { class: 'row-text' }, h('b', {}, one.name || one.code), h('small', {}, sub)),
        h('span', { class: 'quantity' }, h('b', {}, area(one.area_m2)), h('small', {}, mu(one.area_m2))),
      ),
    );
  }

  open(id, fit = false) {
    const feature = this.features.find((one) => String(one.properties.id) === String(id));
    if (feature) {
      window.geo.highlight(feature);
      if (fit) window.geo.fit(box(feature));
    }
    openParcelForm(id);
  }
}

const byArea = (a, b) => b.properties.area_m2 - a.properties.area_m2;
