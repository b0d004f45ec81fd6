// The area of a shape on the WGS 84 ellipsoid: shoelace in metres with the radii of curvature at the ring's mean
// latitude. For shapes of a few kilometres the error is below 1e-5.

const A_M = 6378137;
const E2 = 0.00669437999014;
const MU_M2 = 2000 / 3; // 1 亩
const RADIAN = Math.PI / 180;

// `latlngs` as Leaflet nests them: a ring, rings of a polygon (outer, holes …), or polygons.
export function areaOf(latlngs) {
  const first = latlngs[0];
  if (!first) return 0;
  if (!Array.isArray(first)) return ringArea(latlngs);
  if (Array.isArray(first[0])) return latlngs.reduce((sum, polygon) => sum + areaOf(polygon), 0);
  const [outer, ...holes] = latlngs.map(ringArea);
  return outer - holes.reduce((sum, hole) => sum + hole, 0);
}

function ringArea(ring) {
  if (ring.length < 3) return 0;
  const latitude = (ring.reduce((sum, { lat }) => sum + lat, 0) / ring.length) * RADIAN;
  const w = 1 - E2 * Math.sin(latitude) ** 2;
  const northPerDegree = ((A_M * (1 - E2)) / w ** 1.5) * RADIAN;
  const eastPerDegree = (A_M / Math.sqrt(w)) * Math.cos(latitude) * RADIAN;
  const [origin] = ring;
  const twice = ring.reduce((sum, p, i) => {
    const q = ring[(i + 1) % ring.length];
    return sum + (p.lng - origin.lng) * (q.lat - origin.lat) - (q.lng - origin.lng) * (p.lat - origin.lat);
  }, 0);
  return (Math.abs(twice) * northPerDegree * eastPerDegree) / 2;
}

export function areaText({ t, number }, latlngs) {
  const area_m2 = areaOf(latlngs);
  return t('{area} m² · {mu} mu', { area: number(area_m2, 1), mu: number(area_m2 / MU_M2, 2) });
}
