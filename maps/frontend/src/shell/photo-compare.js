// Before and after in one frame, with an edge between them that is moved by hand, finger or arrow keys.

import { h } from './dom.js';
import { t } from './words.js';

// `size` is "preview_url" or "url".
export function compare(before, after, size = 'preview_url') {
  const picture = (photo, side) =>
    h('img', { class: side, src: photo[size], alt: photo.role_name, draggable: 'false' });
  const edge = h('input', {
    type: 'range',
    min: 0,
    max: 100,
    step: 1,
    value: 50,
    'aria-label': t('Edge between before and after'),
    oninput: () => frame.style.setProperty('--edge-at', `${edge.value}%`),
  });
  const frame = h(
    'div',
    { class: 'compare', style: { '--edge-at': '50%', '--ratio': `${before.width} / ${before.height}`, '--shape': before.width / before.height } },
    picture(after, 'after'),
    picture(before, 'before'),
    h('span', { class: 'photo-tag left' }, before.role_name),
    h('span', { class: 'photo-tag right' }, after.role_name),
    h('span', { class: 'edge', 'aria-hidden': 'true' }),
    edge,
  );
  return frame;
}
