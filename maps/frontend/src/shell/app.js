// The entry: the bar and the panel of every page, then what belongs to this page alone.

import { startBar } from './bar.js';
import { find, h } from './dom.js';
import { startPanel } from './panel.js';
import { startSheet } from './sheet.js';
import { start as startCleanZones } from './clean-zones.js';
import { start as startHelp } from './help.js';
import { start as startHome } from './home.js';
import { start as startHotspots } from './hotspots.js';
import { start as startImport } from './import.js';
import { start as startMyRoad } from './my-road.js';
import { start as startOpenProblems } from './open-problems.js';
import { start as startParcels } from './parcels.js';
import { start as startStandalone } from './standalone.js';
import { toast } from './toast.js';
import { t, time } from './words.js';

const PAGES = {
  home: startHome,
  help: startHelp,
  'open-problems': startOpenProblems,
  'clean-zones': startCleanZones,
  'my-road': startMyRoad,
  parcels: startParcels,
  hotspots: startHotspots,
  import: startImport,
};

const { page } = window.geo;
window.geo.on('fault', ({ error }) => toast(error.message, { error: true }));
startBar();
if (find('#grip')) {
  startSheet();
  startPanel();
  sayMoment();
}
if (page.standalone) startStandalone();
else PAGES[page.name]?.();

// A number without its moment says little: the foot of the panel tells it.
function sayMoment() {
  const moment = page.town.as_of || page.now;
  if (moment)
    find('.attribution').prepend(h('span', { class: 'moment' }, t('As of {time}', { time: time(moment) })));
}
