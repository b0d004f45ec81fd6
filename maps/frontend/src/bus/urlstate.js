// What the address keeps: `at=lat,lng,zoom`, the filters, what is chosen, hidden, compared. Names with an empty value
// leave the address.

const PLACES = 5;
// These change as one looks round; each of the others is a step to which “back” returns.
const LOOKING = new Set(['at', 'theme', 'lang', 'split', 'report', 'base']);

export class UrlState {
  // `changed(changes)` is called after every `set`.
  constructor(location, history, changed) {
    Object.assign(this, { location, history, changed });
    this.known = this.get();
  }

  // Every name of the query as text; `at` as {lat, lng, zoom} when it can be read.
  get() {
    const query = Object.fromEntries(new URLSearchParams(this.location.search));
    const at = readAt(query.at);
    delete query.at;
    return at ? { ...query, at } : query;
  }

  // `replace`: no step of its own, also where it would be one.
  set(changes, { replace = false } = {}) {
    const query = new URLSearchParams(this.location.search);
    const changed = Object.entries(changes).filter(([name, value]) => put(query, name, write(name, value)));
    const isStep = !replace && changed.some(([name]) => !LOOKING.has(name));
    if (changed.length) this.#go(query.toString().replaceAll('%2C', ','), isStep ? 'pushState' : 'replaceState');
    this.known = this.get();
    this.changed(changes);
  }

  #go(said, how) {
    const { pathname, hash } = this.location;
    this.history[how](this.history.state, '', pathname + (said && `?${said}`) + hash);
  }

  // The names whose value is another one than when it was last looked: {name: value | null}.
  moved() {
    const [before, now] = [this.known, this.get()];
    this.known = now;
    const names = new Set([...Object.keys(before), ...Object.keys(now)]);
    const other = [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(now[name]));
    return Object.fromEntries(other.map((name) => [name, now[name] ?? null]));
  }
}

// Whether that changes the query.
function put(query, name, text) {
  if ((query.get(name) ?? '') === text) return false;
  if (text === '') query.delete(name);
  else query.set(name, text);
  return true;
}

function readAt(text) {
  const numbers = (text ?? '').split(',').map(Number);
  if (numbers.length !== 3 || !text || numbers.some((number) => !Number.isFinite(number))) return null;
  const [lat, lng, zoom] = numbers;
  return Math.abs(lat) <= 85 && Math.abs(lng) <= 180 ? { lat, lng, zoom } : null;
}

function write(name, value) {
  if (value === null || value === undefined || value === false) return '';
  if (name === 'at') return `${value.lat.toFixed(PLACES)},${value.lng.toFixed(PLACES)},${value.zoom}`;
  if (Array.isArray(value)) return value.join(',');
  return value === true ? '1' : String(value);
}
