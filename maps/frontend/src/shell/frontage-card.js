// One frontage: where it stands, its pledge, how its duties stand, every check of it, and a new one.

import { get } from './api.js';
import { word } from './choices.js';
import { fill, h, icon } from './dom.js';
import { facts } from './facts.js';
import { openCheck } from './frontage-check.js';
import { editFrontage } from './frontage-edit.js';
import { box } from './geometry.js';
import { openDetail, refreshDetail } from './panel.js';
import { mayAct, me } from './people.js';
import { openProblem } from './problem-card.js';
import { lookWord, sign } from './states.js';
import { told } from './toast.js';
import { stretch, t, time } from './words.js';

const CLOSE_DEG = 0.0004; // room round a shop, about 40 m
const NOT_JUDGES = ['contractor', 'public'];

// Who may check and sample: not those whose work it judges.
export const mayJudge = () => Boolean(me()?.roles.some((role) => !NOT_JUDGES.includes(role)));

// “人民路 K0+120 – K0+135 左侧”
export function placeText({ road_name: road, from_m: from, to_m: to, side }) {
  const along = from !== null && from !== undefined && stretch(from, to);
  return [road, along, side && word('side', side)].filter(Boolean).join(' ') || t('on no road segment');
}

export async function openFrontage(id, { fit = false } = {}) {
  const feature = await told(() => get(`/frontages/${id}`));
  if (!feature) return;
  window.geo.state.set({ id: feature.id });
  window.geo.highlight(feature);
  if (fit) window.geo.fit(box(feature, CLOSE_DEG));
  const leave = () => {
    window.geo.highlight(null);
    window.geo.state.set({ id: null });
  };
  openDetail({ title: feature.properties.name || feature.properties.code, content: card(feature), onLeave: leave });
}

async function again(id) {
  const feature = await told(() => get(`/frontages/${id}`));
  if (feature) refreshDetail(feature.properties.name || feature.properties.code, card(feature));
}

function card(feature) {
  const one = feature.properties;
  const history = h('div', {}, h('p', { class: 'loading' }, t('Loading …')));
  told(async () => fill(history, checkList(await get(`/frontages/${one.id}/checks`))));
  const saved = () => {
    window.geo.emit('change', { layer: 'frontages', id: one.id });
    again(one.id);
  };
  const check = (event) => openCheck(event.currentTarget, feature, saved);
  return h(
    'article',
    { class: 'frontage', 'data-id': one.id, 'data-state': one.state },
    h('p', { class: 'state-chip' }, sign('frontages', one.state), h('span', {}, lookWord('frontages', one.state))),
    h('p', { class: 'statement' }, placeText(one)),
    mayJudge() && h('button', { type: 'button', class: 'btn primary block', id: 'new-check', onclick: check }, icon('check'), t('Check this frontage')),
    pledge(one),
    facts([
      [t('Kind of trade'), one.trade && word('trade', one.trade)],
      [t('Address'), one.address],
      [t('Keeper'), one.keeper],
      [t('Village'), one.village_name],
      [t('Code'), one.code],
    ]),
    mayAct(['planner']) && h('button', { type: 'button', class: 'btn', id: 'edit-frontage', onclick: () => editFrontage(feature, saved) }, icon('edit'), t('Edit')),
    h('section', {}, h('h2', { class: 'label' }, t('Checks')), history),
  );
}

const pledge = ({ pledged_on: on }) =>
  on
    ? h('p', { class: 'notice ok' }, icon('check'), h('span', {}, t('Pledge signed on {day}', { day: on })))
    : h('p', { class: 'notice warn' }, icon('alert'), h('span', {}, t('No pledge is signed yet.')));

const RESULT_LOOKS = { pass: 'passed', fail: 'failed' };
const resultWord = (result) => ({ pass: t('Pass'), fail: t('Fail'), na: t('n/a') })[result];

function checkList(rows) {
  if (!rows.length) return h('p', { class: 'empty' }, t('Nobody has checked it yet.'));
  return h('ul', { class: 'checks' }, rows.map(checkRow));
}

function checkRow(one) {
  const judged = ({ name, result, duty }) =>
    h('li', { class: `judged ${result}`, 'data-duty': duty }, h('span', { role: 'img', 'aria-label': resultWord(result) }, { pass: '✓', fail: '✗', na: '–' }[result]), h('span', {}, name));
  const opened = one.problem && h('button', { type: 'button', class: 'link-button', onclick: () => openProblem(one.problem.id, { fit: true }) }, one.problem.code);
  return h(
    'li',
    { class: 'check-row', 'data-id': one.id },
    sign('frontages', RESULT_LOOKS[one.failed ? 'fail' : 'pass']),
    h('div', {}, h('b', {}, time(one.at)), h('small', {}, one.by_name), h('ul', { class: 'judgements' }, one.results.map(judged)), one.note && h('p', { class: 'description' }, one.note), opened),
  );
}
