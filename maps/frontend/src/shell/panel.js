// The two views of the panel: the page's own, and one detail (a card, a form) in front of it.

import { fill, find, h, icon } from './dom.js';
import { raise } from './sheet.js';
import { t } from './words.js';

let leave = null;
let kept = { scroll: 0, focus: null };

const body = () => find('#panel-body');

// Shows `content` under a back button; `onLeave` is called once when the detail closes.
export function openDetail({ title, content, onLeave = () => {} }) {
  const detail = find('#view-detail');
  const first = detail.hidden;
  if (!first) leave();
  else kept = { scroll: body().scrollTop, focus: document.activeElement };
  leave = onLeave;
  fill(detail, head(title), content);
  find('#view-main').hidden = true;
  detail.hidden = false;
  body().scrollTop = 0;
  raise();
  detail.focus({ preventScroll: true });
}

// Puts new content into the open detail without moving the focus away.
export function refreshDetail(title, content) {
  fill(find('#view-detail'), head(title), content);
}

export function closeDetail() {
  const detail = find('#view-detail');
  if (detail.hidden) return;
  const left = leave;
  leave = null;
  detail.hidden = true;
  fill(detail);
  find('#view-main').hidden = false;
  body().scrollTop = kept.scroll;
  kept.focus?.focus?.({ preventScroll: true });
  left?.();
}

function head(title) {
  return h(
    'div',
    { class: 'detail-head' },
    h(
      'button',
      {
        type: 'button',
        class: 'btn icon-only quiet',
        id: 'back',
        'aria-label': t('Back'),
        title: t('Back'),
        onclick: closeDetail,
      },
      icon('back'),
    ),
    h('h1', {}, title),
  );
}

export async function startPanel() {
  const map = await window.geo.map;
  document.addEventListener('keydown', (event) => {
    const taken = event.defaultPrevented || map.geoBusy;
    if (event.key === 'Escape' && !taken && !find('#view-detail').hidden) closeDetail();
  });
}
