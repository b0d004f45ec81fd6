// The duties of a frontage and the limits of dust: shown to everybody, changed by administrators.

import { get, put } from './api.js';
import { word } from './choices.js';
import { fill, h, icon } from './dom.js';
import { tableOf } from './facts.js';
import { mayAct } from './people.js';
import { told, toast } from './toast.js';
import { t } from './words.js';

const PARTS = ['carriageway', 'footway'];

export const rulesSections = () => [section('frontage-duties', t('Which duties, and how often are they checked?'), dutiesForm), section('dust-limits', t('How much dust may lie?'), limitsForm)];

function section(name, title, form) {
  const content = h('div', {});
  const load = async () => {
    const sheet = await told(() => get(`/${name}`));
    if (sheet) fill(content, form(sheet, (body) => save(name, sheet, body, load)));
  };
  const open = (event) => event.target.open && !content.firstChild && load();
  return h('details', { class: 'note rules-note', id: name, ontoggle: open }, h('summary', {}, title), content);
}

async function save(name, sheet, body, reload) {
  if (!(await told(() => put(`/${name}`, body, { 'If-Match': `"${sheet.version}"` })))) return;
  toast(t('The rules are in force.'));
  window.geo.emit('change', { layer: name });
  reload();
}

const mayChange = () => mayAct(['administrator']);
const text = (value, label) => h('input', { type: 'text', class: 'input', value, maxlength: 60, required: true, 'aria-label': label, disabled: !mayChange() });
const number = (value, max, label) => h('input', { type: 'number', class: 'input short', value: String(value), min: '0', max: String(max), step: 'any', required: true, 'aria-label': label, disabled: !mayChange() });
const submit = () => mayChange() && h('button', { type: 'submit', class: 'btn primary' }, t('Put in force'));

function form(onsave, ...parts) {
  const send = (event) => {
    event.preventDefault();
    onsave();
  };
  return h('form', { class: 'form', onsubmit: send }, parts);
}

function dutiesForm(sheet, send) {
  const rows = sheet.duties.map(({ code, zh, en }) => ({ code, zh: text(zh, t('In Chinese')), en: text(en, t('In English')) }));
  const days = number(sheet.max_age_days, 366, t('Days between two checks'));
  const body = h('div', {});
  const show = () => fill(body, tableOf([t('In Chinese'), t('In English'), ''], rows.map(line), 'duties-table'));
  const drop = (row) => (rows.splice(rows.indexOf(row), 1), show());
  const line = (row) =>
    h('tr', {}, h('td', {}, row.zh), h('td', {}, row.en), h('td', {}, mayChange() && rows.length > 1 && h('button', { type: 'button', class: 'btn icon-only quiet', 'aria-label': t('Remove'), onclick: () => drop(row) }, icon('trash'))));
  const add = () => {
    rows.push({ code: `duty_${Date.now().toString(36)}`, zh: text('', t('In Chinese')), en: text('', t('In English')) });
    show();
  };
  show();
  const all = () => send({ max_age_days: Number(days.value), duties: rows.map(({ code, zh, en }) => ({ code, zh: zh.value, en: en.value })) });
  const more = mayChange() && h('button', { type: 'button', class: 'btn', onclick: add }, icon('plus'), t('Add a duty'));
  return form(all, body, more, h('label', { class: 'inline-number' }, t('Days between two checks'), days), submit());
}

function limitsForm(sheet, send) {
  const rows = sheet.limits.map((row) => ({ ...row, input: number(row.limit_g_m2, 1000, t('Dust limit')) }));
  const minutes = number(sheet.litter_minutes, 1440, t('Litter stays at most (min)'));
  const line = (row) =>
    h('tr', {}, h('th', { scope: 'row' }, row.road_class ? word('road_class', row.road_class) : t('Other roads')), h('td', {}, word('road_part', row.part)), h('td', {}, row.input));
  const ordered = [...rows].sort((a, b) => PARTS.indexOf(a.part) - PARTS.indexOf(b.part));
  const all = () => send({ litter_minutes: Number(minutes.value), limits: rows.map(({ road_class, part, input }) => ({ road_class, part, limit_g_m2: Number(input.value) })) });
  return form(all, tableOf([t('Class'), t('Part of the road'), t('Limit (g/m²)')], ordered.map(line), 'figures'), h('label', { class: 'inline-number' }, t('Litter stays at most (min)'), minutes), submit());
}
