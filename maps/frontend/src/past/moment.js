// The day of the past that a map shows: `as_of=2021-11-05` in the address means the end of that day in China.

const ZONE = '+08:00';

// Milliseconds since 1970; what is still to come is now.
export function momentOf(geo, as_of) {
  const now_ms = geo.page.now ? Date.parse(geo.page.now) : Date.now();
  if (!as_of) return now_ms;
  const asked_ms = Date.parse(as_of.length === 10 ? `${as_of}T23:59:59${ZONE}` : as_of);
  return Number.isNaN(asked_ms) ? now_ms : Math.min(asked_ms, now_ms);
}
