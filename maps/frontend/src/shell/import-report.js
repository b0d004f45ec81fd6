// How far an import is, and what became of each row.

import { h, icon } from './dom.js';
import { tableOf } from './facts.js';
import { figure } from './tiles.js';
import { count, decimal, percent, t } from './words.js';

const SHOWN = 200;

// The phases of a job; a phase without a word is shown as it is.
const phases = () => ({
  waiting: t('In the queue'),
  unpack: t('Unpacking'),
  read: t('Reading'),
  checking: t('Checking'),
  placing: t('Finding who is responsible'),
  storing: t('Storing'),
});

export function progress({ phase, done, total }) {
  const share = total > 0 ? done / total : null;
  const words = [
    phases()[phase] || phase,
    total > 0 && t('{done} of {total}', { done: count(done), total: count(total) }),
  ]
    .filter(Boolean)
    .join(' · ');
  const line = h('div', {
    class: share === null ? 'progress busy' : 'progress',
    role: 'progressbar',
    'aria-label': words,
    'aria-valuemin': 0,
    'aria-valuemax': 100,
    'aria-valuenow': share === null ? null : Math.round(share * 100),
    style: { '--w': percent(share ?? 0.3) },
  });
  return h('div', { class: 'progress-box' }, h('p', {}, words), line);
}

// `checked`: nothing has been stored yet.
export function reportView(report, { checked }) {
  const warnings = (report.warnings || []).map((warning) =>
    h('p', { class: 'notice warn strong', role: 'alert' }, icon('alert'), h('span', {}, warning)),
  );
  return h(
    'div',
    { class: 'import-report' },
    h('h2', {}, checked ? t('Checked; nothing is stored yet') : t('Imported')),
    warnings,
    h(
      'div',
      { class: 'tiles three' },
      figure({
        title: checked ? t('can be imported') : t('imported'),
        value: count(report.accepted),
        look: ['zones', 'clean'],
      }),
      figure({ title: t('repaired'), value: count(report.repaired_count) }),
      figure({
        title: t('refused'),
        value: count(report.refused_count),
        look: report.refused_count ? ['problems', 'overdue'] : null,
      }),
    ),
    h('p', { class: 'muted' }, reading(report)),
    refused(report),
    repaired(report),
  );
}

const reading = ({ crs, encoding, seconds }) =>
  [
    crs && t('Coordinate system: {crs}', { crs }),
    encoding && t('Encoding: {encoding}', { encoding }),
    seconds !== undefined && seconds !== null && t('{n} s', { n: decimal(seconds, 1) }),
  ]
    .filter(Boolean)
    .join(' · ');

function refused({ refused: rows, refused_count: all }) {
  if (!all) return null;
  return h(
    'details',
    { class: 'note', open: true },
    h('summary', {}, t('Refused rows and why')),
    rowTable(rows, all),
  );
}

function repaired({ repaired: rows, repaired_count: all }) {
  if (!all) return null;
  return h('details', { class: 'note' }, h('summary', {}, t('Repaired rows')), rowTable(rows, all));
}

function rowTable(rows, all) {
  const hidden = all - Math.min(rows.length, SHOWN);
  const lines = rows.slice(0, SHOWN).map(rowLine);
  const heads = [t('Row'), t('Field'), t('Reason')];
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': t('Rows') },
    tableOf(heads, lines, 'row-notes'),
    hidden > 0 && h('p', { class: 'hint' }, t('and {n} more', { n: count(hidden) })),
  );
}

const rowLine = ({ row, field, message }) =>
  h('tr', {}, h('td', {}, count(row)), h('td', {}, field || ''), h('td', {}, message));
