// The administrator's page of clocks: a year of days, the working hours, the ladders of escalation.

import { get, newest, put } from './api.js';
import { askDay } from './calendar-day.js';
import { hoursForm } from './calendar-hours.js';
import { yearView } from './calendar-year.js';
import { fill, find, findAll } from './dom.js';
import { startLadders } from './ladders.js';
import { told } from './toast.js';
import { day, now } from './words.js';

let shown = null;

export async function start() {
  const year = Number(window.geo.page.params.year) || Number(day(new Date(now()).toISOString()).slice(0, 4));
  await told(() => open(year));
  await told(startLadders);
}

const ofYear = newest((year) => get('/calendar', { year }));

async function open(year) {
  const calendar = await ofYear(year);
  if (calendar) show(calendar);
}

function show(calendar) {
  shown = calendar;
  fill(find('#year'), yearView(calendar, { open: (year) => told(() => open(year)), pick, announce }));
  fill(find('#hours'), hoursForm(calendar, save));
}

// Sends a change against the version that is shown; what comes back is shown in its place.
async function save(change) {
  const headers = { 'If-Match': `"${shown.version}"` };
  show(await put('/calendar', change, headers, { year: shown.year }));
}

const announce = () => told(() => save({ announced: shown.year }));

function pick(iso) {
  askDay(shown, iso, {
    onsave: (entry) => save({ days: [entry] }),
    onclosed: () => findAll('.day').find((one) => one.dataset.day === iso)?.focus(),
  });
}
