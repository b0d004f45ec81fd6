// Notices of the acting person: asked for, shown as rows, marked as read.

import { address, get, post } from './api.js';
import { h, icon } from './dom.js';
import { t, time } from './words.js';

export const CHANGED = 'geo-notices';

export const inbox = (person, query, signal) => get('/inbox', { person, ...query }, signal);

// Marks notices (or all of them) as read; the bell hears of it.
export async function markRead(person, ids) {
  const answer = await post('/inbox/read', ids ? { person, ids } : { person, all: true });
  document.dispatchEvent(new CustomEvent(CHANGED, { detail: answer.unread }));
  return answer.unread;
}

// The same while the page is being left: the browser sends it to its end.
export function readOnLeaving(person, id) {
  const body = JSON.stringify({ person, ids: [id] });
  const headers = { 'Content-Type': 'application/json' };
  fetch(address('/inbox/read'), { method: 'POST', keepalive: true, headers, body }).catch(() => {});
}

const SIGNS = { now: 'alert', soon: 'clock', calm: 'bell' };

// One row: a link to what it is about; following it marks it as read.
export function noticeRow(notice, person) {
  const follow = () => !notice.read_at && readOnLeaving(person, notice.id);
  return h(
    'li',
    { class: notice.read_at ? 'notice-row' : 'notice-row unread', 'data-id': notice.id, 'data-kind': notice.kind },
    h(
      'a',
      { href: notice.link, class: `notice-link ${notice.urgency}`, onclick: follow },
      h('span', { class: 'notice-sign' }, icon(SIGNS[notice.urgency])),
      h(
        'span',
        { class: 'notice-text' },
        h('b', {}, notice.title, !notice.read_at && h('span', { class: 'dot', role: 'img', 'aria-label': t('Unread') })),
        h('span', {}, notice.text),
        h('small', {}, [notice.code, time(notice.at)].filter(Boolean).join(' · ')),
      ),
    ),
  );
}
