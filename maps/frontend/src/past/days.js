// How many problems were found and closed on each day, and how many were open at its end; asked for once per filter.
import { DAY_FILTERS } from '../bus/filters.js';
import { getJson } from '../surface/fetch.js';

export class Days {
  constructor(geo) {
    this.geo = geo;
    this.all = [];
    this.at = new Map(); // day → its number
  }

  async load() {
    const said = this.geo.state.get();
    const query = Object.fromEntries(DAY_FILTERS.map((name) => [name, said[name]]));
    const { days } = await getJson(this.geo, '/problems/days', query);
    this.all = days;
    this.at = new Map(days.map(({ day }, i) => [day, i]));
    return this;
  }

  get last() {
    return this.all.length - 1;
  }

  // The number of a day; one before the first or after the last is that one.
  number(day) {
    if (!day) return this.last;
    const found = this.at.get(day.slice(0, 10));
    return found ?? (day < (this.all[0]?.day ?? '') ? 0 : this.last);
  }

  on(number) {
    return this.all[Math.max(0, Math.min(this.last, number))];
  }
}

// Whether changed filters ask for other days.
export const concerns = (changes) => DAY_FILTERS.some((name) => name in changes);
