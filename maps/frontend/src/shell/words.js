// Numbers, times, lengths and places as people write them. Times are shown in Asia/Shanghai.

export const t = (template, values = {}) => window.geo.t(template, values);

const MU_M2 = 2000 / 3;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const opened = performance.now();

// The service's clock (a demo town has its own), running on while the page is open.
export const now = () => Date.parse(window.geo.page.now) + (performance.now() - opened);

const formats = new Map();
function number(digits) {
  if (!formats.has(digits)) {
    formats.set(
      digits,
      new Intl.NumberFormat('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }),
    );
  }
  return formats.get(digits);
}

export const count = (value) => number(0).format(value);
export const decimal = (value, digits = 1) => number(digits).format(value);
export const percent = (share, digits = 1) => `${number(digits).format(share * 100)}%`;

// 1200 → "K1+200"; null → "".
export function chainage(at_m) {
  if (at_m === null || at_m === undefined) return '';
  const whole = Math.round(at_m);
  return `K${Math.floor(whole / 1000)}+${String(whole % 1000).padStart(3, '0')}`;
}

export const stretch = (from_m, to_m) =>
  Math.round(from_m) === Math.round(to_m) ? chainage(from_m) : `${chainage(from_m)} – ${chainage(to_m)}`;

export const length = (metres) => (metres >= 1000 ? `${decimal(metres / 1000, 2)} km` : `${count(metres)} m`);

export const mu = (area_m2) => t('{value} mu', { value: decimal(area_m2 / MU_M2, 2) });

export function area(area_m2) {
  return area_m2 >= 1e6 ? `${decimal(area_m2 / 1e6, 2)} km²` : `${count(area_m2)} m²`;
}

// "2021-12-03T06:20:00Z" → "2021-12-03 14:20"; anything empty → "".
export const time = (iso) => (iso ? window.geo.time(iso) : '');
export const day = (iso) => time(iso).slice(0, 10);

const UNITS = [
  [DAY_MS, (n) => (n === 1 ? t('1 day') : t('{n} days', { n }))],
  [HOUR_MS, (n) => (n === 1 ? t('1 hour') : t('{n} hours', { n }))],
  [MINUTE_MS, (n) => (n === 1 ? t('1 minute') : t('{n} minutes', { n }))],
];

// A length of time in its largest whole unit: 3 days, 5 hours, 1 minute.
export function span(length_ms) {
  const [unit, said] = UNITS.find(([size]) => length_ms >= size) || UNITS.at(-1);
  return said(Math.max(1, Math.floor(length_ms / unit)));
}

// What to say about a problem's deadline: {text, late}, or null when it has none that still runs.
export function deadline({ due_at, closed_at, overdue }, at_ms = now()) {
  if (!due_at || closed_at) return null;
  const left_ms = Date.parse(due_at) - at_ms;
  if (overdue || left_ms < 0)
    return { late: true, text: t('{time} late', { time: span(Math.abs(left_ms)) }) };
  return { late: false, text: t('Due in {time}', { time: span(left_ms) }) };
}
