// GCJ-02, the disguise of WGS-84 on Chinese web maps: the same formula as layers/disguise.py, for one place.
// Places are [longitude, latitude] in degrees; outside of China nothing is changed.

const CHINA = [72.004, 0.8293, 137.8347, 55.8271];
const AXIS_M = 6378245;
const ECCENTRICITY2 = 0.00669342162296594323;
const STEPS = 4; // each makes a hundred times better what is off by half a kilometre at first

export function gcjOf([lng, lat]) {
  if (lng < CHINA[0] || lat < CHINA[1] || lng > CHINA[2] || lat > CHINA[3]) return [lng, lat];
  const [x, y] = [lng - 105, lat - 35];
  const phi = radians(lat);
  const w2 = 1 - ECCENTRICITY2 * Math.sin(phi) ** 2;
  const east = degrees((eastWave(x, y) * Math.sqrt(w2)) / (AXIS_M * Math.cos(phi)));
  const north = degrees((northWave(x, y) * w2 ** 1.5) / (AXIS_M * (1 - ECCENTRICITY2)));
  return [lng + east, lat + north];
}

// There is no formula for the way back: the guess is put right by what it is off.
export function wgsOf([lng, lat]) {
  let guess = [lng, lat];
  for (let step = 0; step < STEPS; step += 1) {
    const there = gcjOf(guess);
    guess = [guess[0] - there[0] + lng, guess[1] - there[1] + lat];
  }
  return guess;
}

const radians = (angle) => (angle * Math.PI) / 180;
const degrees = (angle) => (angle * 180) / Math.PI;

function eastWave(x, y) {
  const wave = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x));
  return wave + ripple(x) + waves(x, [20, 1], [40, 3], [150, 12], [300, 30]);
}

function northWave(x, y) {
  const wave = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x));
  return wave + ripple(x) + waves(y, [20, 1], [40, 3], [160, 12], [320, 30]);
}

function ripple(x) {
  return ((20 * Math.sin(6 * Math.PI * x) + 20 * Math.sin(2 * Math.PI * x)) * 2) / 3;
}

function waves(at, ...terms) {
  const total = terms.reduce((sum, [amplitude, period]) => sum + amplitude * Math.sin((Math.PI * at) / period), 0);
  return (total * 2) / 3;
}
