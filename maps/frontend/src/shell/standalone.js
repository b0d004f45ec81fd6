// A saved map: there is no service behind it. The panel tells what the file's own data say; choosing
// something on the map opens its table there.

import { zonesView } from './clean-zones.js';
import { fill, find, h } from './dom.js';
import { hotspotsView } from './hotspots.js';
import { figure } from './tiles.js';
import { count, t, time } from './words.js';

const VIEWS = { zones: zonesView, hotspots: hotspotsView, problems: problemsView, roads: roadsView };
const VIEW_OF = {
  'open-problems': 'problems',
  'clean-zones': 'zones',
  hotspots: 'hotspots',
  'my-road': 'roads',
};

export function start() {
  const { name, now, data } = window.geo.page;
  const words = t(
    'A saved map as of {time}. It does not change any more; choose something on it to read about it.',
    { time: time(now) },
  );
  const view = VIEW_OF[name];
  fill(
    find('#content'),
    h('p', { class: 'notice info' }, words),
    view && data[view] ? VIEWS[view](data[view]) : null,
  );
}

// How many problems the file holds, and how many of them are late.
function problemsView({ features }) {
  const late = features.filter(({ properties }) => properties.overdue).length;
  return h(
    'div',
    { class: 'tiles' },
    figure({ title: t('Overdue'), value: count(late), look: ['problems', 'overdue'] }),
    figure({ title: t('Open'), value: count(features.length) }),
  );
}

const roadsView = ({ person, problems }) => [person && h('h2', {}, person.name), problemsView(problems)];
