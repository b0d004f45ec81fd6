// The measures of a problem, for its card; of a polygon also how much of it is treated.

import { get } from './api.js';
import { completionView } from './completion.js';
import { fill, h } from './dom.js';
import { measureList } from './measure-list.js';
import { told } from './toast.js';
import { t } from './words.js';

// The section of the card; `refresh(id)` after something was written, for the history tells of it.
export function section(feature, refresh) {
  const { id, code } = feature.properties;
  const share = h('div', {});
  if (feature.geometry?.type.endsWith('Polygon')) {
    told(async () => {
      const found = await get(`/problems/${id}/completion`);
      if (found.by_kind.length) fill(share, completionView(found));
    });
  }
  return h('section', { class: 'measures-section' }, h('h2', { class: 'label' }, t('Measures')), share, measureList({ problem: code }, () => refresh(id)));
}
