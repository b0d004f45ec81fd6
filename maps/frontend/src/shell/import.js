// The import page: choose a file, check it (nothing is stored), see what was understood, import it.

import { get, post, table } from './api.js';
import { fill, find, h, icon } from './dom.js';
import { tableOf } from './facts.js';
import { busy, showErrors } from './form.js';
import { box } from './geometry.js';
import { ImportForm } from './import-form.js';
import { mappingForm } from './import-mapping.js';
import { progress, reportView } from './import-report.js';
import { targets } from './import-targets.js';
import { told, toast } from './toast.js';
import { t } from './words.js';

const POLL_MS = 600;
const ROOM_DEG = 0.004;

export async function start() {
  const layers = await told(() => table('/layers'));
  if (layers) new ImportPage(find('#content'), targets(layers)).begin();
}

const wait = (time_ms) => new Promise((done) => setTimeout(done, time_ms));

class ImportPage {
  constructor(content, layers) {
    this.layers = layers;
    this.form = new ImportForm(layers, (button) => busy(button, () => this.check()));
    this.steps = h(
      'ol',
      { class: 'step-line' },
      [t('Choose'), t('Check'), t('Import')].map((title) => h('li', {}, title)),
    );
    this.result = h('section', { class: 'import-result', 'aria-live': 'polite' });
    this.content = content;
  }

  begin() {
    fill(this.content, this.steps, this.form.element, this.result);
    this.at(0);
  }

  at(step) {
    [...this.steps.children].forEach((item, i) => {
      item.className = i < step ? 'done' : '';
      if (i === step) item.setAttribute('aria-current', 'step');
      else item.removeAttribute('aria-current');
    });
  }

  // The check: the file is sent and read, the rows are judged, nothing is stored.
  async check(map) {
    const job = await this.sent(map);
    if (!job) return;
    const done = await this.followed(job);
    if (done) this.showCheck(job, done);
  }

  async sent(map) {
    this.at(1);
    fill(this.result, progress({ phase: t('Sending the file …') }));
    try {
      return (await post(`/layers/${this.form.layer()}/import`, this.form.data({ map, dry_run: 1 }))).job;
    } catch (error) {
      this.at(0);
      fill(
        this.result,
        h('p', { class: 'notice error', role: 'alert' }, showErrors(this.form.element, error)),
      );
      return null;
    }
  }

  // Asks how far the job is until it is over; null when it could not be read at all.
  async followed(job) {
    for (;;) {
      const state = await told(() => get(`/imports/${job}`));
      if (!state) return null;
      if (state.state !== 'running') return this.judged(state);
      fill(this.result, progress(state));
      await wait(POLL_MS);
    }
  }

  judged(state) {
    if (state.state !== 'failed') return state;
    this.at(0);
    fill(
      this.result,
      h(
        'p',
        { class: 'notice error', role: 'alert' },
        icon('alert'),
        h('span', {}, state.error || t('The file could not be read.')),
      ),
    );
    return null;
  }

  showCheck(job, done) {
    const layer = this.layers.find((one) => one.name === this.form.layer());
    const mapping = mappingForm({ source: done.fields || [], mapping: done.mapping || {}, layer });
    const again = h(
      'button',
      { type: 'button', class: 'btn', onclick: () => this.check(mapping.value()) },
      t('Check again'),
    );
    fill(
      this.result,
      reportView(done.report, { checked: true }),
      mapping.element,
      previewTable(done.preview),
      done.report.accepted > 0 && this.importButtons(job, done, mapping, again),
    );
    this.result.scrollIntoView({ block: 'start' });
    this.showOnMap(done.preview);
  }

  importButtons(job, done, mapping, again) {
    const refused = done.report.refused_count;
    const skip = h('input', { type: 'checkbox', name: 'skip_bad' });
    const go = h(
      'button',
      {
        type: 'button',
        class: 'btn primary',
        id: 'commit',
        onclick: () => busy(go, () => this.commit(job, { map: mapping.value(), skip_bad: skip.checked })),
      },
      icon('upload'),
      h('span', {}, t('Import now')),
    );
    const choice =
      refused > 0 &&
      h(
        'label',
        { class: 'check' },
        skip,
        h('span', {}, t('Leave out the refused rows and import the others')),
      );
    if (refused > 0) {
      go.disabled = true;
      skip.addEventListener('change', () => {
        go.disabled = !skip.checked;
      });
    }
    return h('div', { class: 'import-go' }, choice, h('div', { class: 'buttons' }, go, again));
  }

  async commit(job, options) {
    this.at(2);
    try {
      await post(`/imports/${job}/commit`, { ...this.form.reading(), ...options });
    } catch (error) {
      toast(error.message, { error: true });
      return;
    }
    const done = await this.followed(job);
    if (done?.state === 'refused') this.showRefused(done);
    else if (done) this.showDone(done);
  }

  showRefused(done) {
    this.at(1);
    fill(
      this.result,
      h('p', { class: 'notice error', role: 'alert' }, done.error),
      reportView(done.report, { checked: true }),
    );
  }

  showDone(done) {
    const layer = this.form.layer();
    const page = PAGES[layer] || '/maps/open-problems';
    const link = h(
      'a',
      { class: 'btn primary', href: page },
      icon('pin'),
      h('span', {}, t('See it on the map')),
    );
    const more = h(
      'button',
      { type: 'button', class: 'btn', onclick: () => location.reload() },
      t('Import another file'),
    );
    fill(
      this.result,
      reportView(done.report, { checked: false }),
      h('div', { class: 'buttons' }, link, more),
    );
    this.at(3);
    window.geo.emit('change', { layer });
  }

  showOnMap(preview) {
    if (!preview?.features?.length) return;
    window.geo.highlight(preview);
    window.geo.fit(box(preview, ROOM_DEG));
  }
}

const PAGES = {
  parcels: '/maps/parcels',
  road_segments: '/maps/my-road',
  stations: '/maps/hotspots',
  station_buffers: '/maps/hotspots',
  patrols: '/maps/clean-zones',
};

const SHOWN_COLUMNS = 8;
const SHOWN_ROWS = 5;
const OURS = ['id', 'version', 'extra'];

function previewTable(preview) {
  const rows = preview?.features?.slice(0, SHOWN_ROWS) || [];
  if (!rows.length) return null;
  const names = Object.keys(rows[0].properties)
    .filter((name) => !OURS.includes(name))
    .slice(0, SHOWN_COLUMNS);
  const said = (value) => (value === null || typeof value === 'object' ? '' : String(value));
  const lines = rows.map(({ properties }) =>
    h(
      'tr',
      {},
      names.map((name) => h('td', {}, said(properties[name]))),
    ),
  );
  const title = t('The first rows, also drawn on the map');
  const box = { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': title };
  return h('details', { class: 'note' }, h('summary', {}, title), h('div', box, tableOf(names, lines)));
}
