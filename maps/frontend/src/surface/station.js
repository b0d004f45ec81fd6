// Which station a page is about: the address says, or the page, or it is the first one; '' when the town has none.
import { getJson } from './fetch.js';

export function chosenStation(geo, option) {
  return (geo.chosenStation ??= choose(geo, option)); // one answer for all elements of a page
}

async function choose(geo, option) {
  if (geo.page.standalone) return geo.page.data?.hotspots?.station?.properties.code ?? '';
  const said = geo.state.get().station ?? option;
  if (said) return said;
  const { features } = await getJson(geo, '/stations');
  return features[0]?.properties.code ?? '';
}
