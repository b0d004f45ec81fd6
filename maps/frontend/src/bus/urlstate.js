// What the address keeps: `at=lat,lng,zoom` and the filters. Names with an empty value leave the address.

const PLACES = 5;

export class UrlState {
  // `changed(changes)` is called after every `set`.
  constructor(location, history, changed) {
    Object.assign(this, { location, history, changed });
  }

  // Every name of the query as text; `at` as {lat, lng, zoom} when it can be read.
  get() {
    const query = Object.fromEntries(new URLSearchParams(this.location.search));
    const at = readAt(query.at);
    delete query.at;
    return at ? { ...query, at } : query;
  }

  set(changes) {
    const query = new URLSearchParams(this.location.search);
    for (const [name, value] of Object.entries(changes)) {
      const text = write(name, value);
      if (text === '') query.delete(name);
      else query.set(name, text);
    }
    const said = query.toString().replaceAll('%2C', ',');
    const { pathname, hash } = this.location;
    this.history.replaceState(this.history.state, '', pathname + (said && `?${said}`) + hash);
    this.changed(changes);
  }
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
