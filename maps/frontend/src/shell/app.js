// The entry: the bar and the panel of every page, then what belongs to this page alone.

import { startBar } from './bar.js';
import { startBell } from './bell.js';
import { startMe } from './me.js';
import { find, h } from './dom.js';
import { startPanel } from './panel.js';
import { startSheet } from './sheet.js';
import { start as startAccount } from './account.js';
import { start as startAccounts } from './accounts.js';
import { start as startAudit } from './audit.js';
import { start as startBasemaps } from './basemaps.js';
import { start as startBulletin } from './bulletin.js';
import { start as startCalendar } from './calendar.js';
import { start as startCampaigns } from './campaigns.js';
import { start as startChannels } from './channels.js';
import { start as startCleanZones } from './clean-zones.js';
import { start as startCoverage } from './coverage.js';
import { start as startDashboard } from './dashboard.js';
import { start as startFrontages } from './frontages.js';
import { start as startHelp } from './help.js';
import { start as startHome } from './home.js';
import { start as startHotspots } from './hotspots.js';
import { start as startImport } from './import.js';
import { start as startInbox } from './inbox.js';
import { start as startLogin } from './login.js';
import { start as startMyRoad } from './my-road.js';
import { start as startOpenProblems } from './open-problems.js';
import { start as startParcels } from './parcels.js';
import { startPrinting } from './print.js';
import { start as startPrivacy } from './privacy.js';
import { start as startProgress } from './progress.js';
import { start as startPublicReport } from './public-report.js';
import { start as startPublicSwitch } from './public-switch.js';
import { start as startRebounds } from './rebounds.js';
import { start as startReceipt } from './receipt.js';
import { start as startRefused } from './refused.js';
import { start as startRules } from './rules.js';
import { start as startStandalone } from './standalone.js';
import { startLive } from './live.js';
import { isAway } from './live-signs.js';
import { toast } from './toast.js';
import { start as startWorkFaces } from './work-faces.js';
import { t, time } from './words.js';

const PAGES = {
  admin: startPublicSwitch,
  report: startPublicReport,
  receipt: startReceipt,
  home: startHome,
  account: startAccount,
  accounts: startAccounts,
  audit: startAudit,
  login: startLogin,
  refused: startRefused,
  basemaps: startBasemaps,
  bulletin: startBulletin,
  calendar: startCalendar,
  campaigns: startCampaigns,
  channels: startChannels,
  inbox: startInbox,
  dashboard: startDashboard,
  progress: startProgress,
  help: startHelp,
  'open-problems': startOpenProblems,
  'clean-zones': startCleanZones,
  coverage: startCoverage,
  'my-road': startMyRoad,
  parcels: startParcels,
  frontages: startFrontages,
  hotspots: startHotspots,
  rebounds: startRebounds,
  'work-faces': startWorkFaces,
  import: startImport,
  privacy: startPrivacy,
  rules: startRules,
};

const { page } = window.geo;
window.geo.on('fault', ({ error }) => isAway() || toast(error.message, { error: true }));
startBar();
if (!page.me?.must_change) startBell(find('#bell'));
startMe(find('#me'));
if (find('#grip')) {
  startSheet();
  startPanel();
  sayMoment();
  startPrinting();
}
if (page.standalone) startStandalone();
else PAGES[page.name]?.();
startLive();

// A number without its moment says little: the foot of the panel tells it.
function sayMoment() {
  const moment = page.town.as_of || page.now;
  if (moment)
    find('.attribution').prepend(h('span', { class: 'moment' }, t('As of {time}', { time: time(moment) })));
}
