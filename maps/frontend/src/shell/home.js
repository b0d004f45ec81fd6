// The first page: four numbers, each a way in.

import { get } from './api.js';
import { fill, find, h, icon } from './dom.js';
import { sign } from './states.js';
import { count, percent, t, time } from './words.js';

export async function start() {
  const place = find('#headline');
  if (!place) return;
  fill(
    place,
    [0, 1, 2, 3].map(() => h('div', { class: 'tile waiting', 'aria-hidden': 'true' })),
  );
  await show(place);
  window.geo.on('change', ({ layer }) => layer === 'problems' && show(place));
}

async function show(place) {
  const [problems, zones] = await Promise.allSettled([
    get('/problems/summary'),
    get('/analysis/clean-zones'),
  ]);
  const { overdue, open } = problems.value || {};
  const { clean_rate, unknown_share } = zones.value?.summary || {};
  fill(
    place,
    tile({ href: '/maps/open-problems', title: t('Open problems'), value: said(open, count) }),
    tile({
      href: '/maps/open-problems?overdue=1',
      title: t('Overdue'),
      value: said(overdue, count),
      look: ['problems', 'overdue'],
    }),
    tile({
      href: '/maps/clean-zones',
      title: t('Known to be clean'),
      value: said(clean_rate, percent),
      look: ['zones', 'clean'],
    }),
    tile({
      href: '/maps/clean-zones',
      title: t('Nobody can say'),
      value: said(unknown_share, percent),
      look: ['zones', 'unknown'],
    }),
  );
  const as_of = zones.value?.as_of || window.geo.page.now;
  fill(find('#headline-note'), as_of ? t('As of {time}', { time: time(as_of) }) : '');
}

const said = (value, form) => (value === undefined || value === null ? '—' : form(value));

const tile = ({ href, title, value, look }) =>
  h(
    'a',
    { class: 'tile', href },
    look ? sign(...look) : h('span', { class: 'mark' }, icon('list')),
    h('b', {}, value),
    h('span', {}, title),
  );
