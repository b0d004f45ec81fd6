// Where a problem may go now: one button per move of the lifecycle, with the fields that the move needs.

import { word } from './choices.js';
import { h, icon } from './dom.js';
import { isFromAbove } from './levels.js';
import { t } from './words.js';

// The moves of `feature` as deeds (see deed-form.js); `category` brings its conditions and photos, or is undefined.
export function moveDeeds(feature, category) {
  return forward(feature.properties.moves || []).map((move) => ({
    key: { 'data-move': move.to },
    title: move.title,
    roles: move.roles,
    path: 'moves',
    body: { to: move.to },
    fields: fieldsOf(move, feature.properties),
    hints: hints(move, feature.properties, category),
  }));
}

// What leads on comes before what puts off, turns back or ends.
const BEHIND = ['deferred', 'declined', 'duplicate', 'void'];

function forward(moves) {
  const rank = ({ to, name, needs }) => (name || needs.length ? 1 : 0) + 2 * (BEHIND.indexOf(to) + 1);
  return [...moves].sort((a, b) => rank(a) - rank(b));
}

function fieldsOf(move, { recheck_level: level }) {
  const above = move.guards.includes('above') && isFromAbove(level);
  const needs = (name) => move.needs.includes(name);
  return [
    move.to === 'duplicate' && ['duplicate_of', false],
    above && !needs('document') && ['recheck_level', false],
    (above || needs('document')) && ['document', needs('document')],
    move.to === 'deferred' && ['day', false],
    move.to === 'assigned' && ['handler', false],
    ['note', needs('note')],
  ].filter(Boolean);
}

const CONDITIONS = {
  filed: ['open_when', () => t('A case is filed when')],
  assigned: ['open_when', () => t('A case is filed when')],
  declined: ['open_when', () => t('A case is filed when')],
  fixed: ['close_when', () => t('A case is closed when')],
  closed: ['close_when', () => t('A case is closed when')],
  returned: ['close_when', () => t('A case is closed when')],
};

function hints(move, { state }, category) {
  const [name, title] = CONDITIONS[move.to] || [];
  const said = category?.[name];
  const past = name === 'open_when' && !['reported', 'confirmed'].includes(state);
  const photos = ['open_photos', 'close_photos'].filter((guard) => move.guards.includes(guard));
  const roles = photos.flatMap((guard) => category?.[guard] || []).map((role) => word('photo_role', role));
  return [
    said && !past && h('p', { class: 'condition' }, h('b', {}, title()), said),
    roles.length > 0 &&
      h('p', { class: 'condition' }, icon('camera'), h('span', {}, t('Photos needed: {roles}', { roles: roles.join(t(', ')) }))),
  ].filter(Boolean);
}
