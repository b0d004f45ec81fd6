// What a browser says of itself, in a word or two.

const NAMES = ['MicroMessenger', 'Edg', 'Firefox', 'Chrome', 'Safari', 'QGIS'];
const SYSTEMS = ['Android', 'iPhone', 'Windows', 'Linux', 'Mac OS'];
const LONGEST = 24;

export function device(text) {
  const known = [NAMES, SYSTEMS].map((names) => names.find((name) => text.includes(name)));
  return known.filter(Boolean).join(' · ') || text.slice(0, LONGEST);
}
