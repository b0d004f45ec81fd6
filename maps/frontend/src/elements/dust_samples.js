// Samples of dust by the gram: within the limit, above it, each with its own sign; the grams beside it from near.
import { getJson, latest } from '../surface/fetch.js';
import { markName } from '../surface/images.js';
import { SLOTS } from '../surface/scene.js';
import { byZoom, geojsonSource, matchBy, text } from '../surface/style.js';

export default async function mount({ geo, surface, data }) {
  const load = async () => data ?? getJson(geo, '/dust-samples');
  const first = await load();
  const layers = (theme) => sampleLayers(geo.page.styles, theme, geo.state.get().segment);
  const group = surface.add({ id: 'dust_samples', sources: { spots: geojsonSource(prepared(first)) }, layers });
  const tell = (found) => geo.emit('data', { element: 'dust_samples', data: found });
  const again = latest(load, (found) => {
    group.setData('spots', prepared(found));
    tell(found);
  });
  tell(first);
  geo.on('filter', () => group.update());
  if (!data) geo.on('change', ({ layer }) => layer === 'dust_samples' && again());
}

// The key of a sample's look.
const lookOf = ({ passed }) => ({ true: 'clean', false: 'dusty' })[String(passed)] ?? 'open';

function prepared(found) {
  const features = found.features.map((one) => ({
    ...one,
    properties: { ...one.properties, look: lookOf(one.properties), said: one.properties.grams_m2 === null ? '' : String(Math.round(one.properties.grams_m2 * 10) / 10) },
  }));
  return { ...found, features };
}

function sampleLayers(styles, theme, segment) {
  const { looks } = styles.groups.dust_samples;
  const shown = segment ? ['==', ['get', 'segment'], segment] : ['!=', ['get', 'look'], ''];
  const image = matchBy(['get', 'look'], looks.map(({ key }) => [key, markName('dust_samples', key, theme)]), markName('dust_samples', 'open', theme));
  const spots = { source: 'spots', filter: shown };
  return [
    {
      id: 'mark', type: 'symbol', slot: SLOTS.mark - 1, ...spots, pick: 'dust_samples',
      layout: { 'icon-image': image, 'icon-size': byZoom(10, 0.4, 14, 0.66, 17, 0.95), 'icon-allow-overlap': true, 'icon-ignore-placement': true },
    },
    { id: 'grams', type: 'symbol', slot: SLOTS.label, ...spots, minzoom: 15, ...text(['get', 'said'], 11.5, styles.ground[theme], { 'text-offset': [0, 1.4] }) },
  ];
}
