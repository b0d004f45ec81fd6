// States and looks, from the one style table that map, legend and prints read too.

import { h } from './dom.js';
import { t } from './words.js';

const styles = () => window.geo.page.styles;

export const looks = (group) => styles().groups[group].looks;

const look = (group, key) => looks(group).find((one) => one.key === key);

// The word for a look, e.g. ("zones", "clean") → "Clean".
export const lookWord = (group, key) => t(look(group, key)?.title ?? key);

export const stateWord = (state) => t(styles().states[state]?.title ?? state);

// Groups of states that are over; an open problem past its deadline looks overdue instead.
const OVER = ['closed', 'dropped'];
export const groups = () => looks('problems').filter((one) => one.states);

// The look of a problem, as the map draws it: an open one past its deadline is overdue.
function lookOf(state, overdue) {
  const key = styles().states[state]?.group;
  return overdue && !OVER.includes(key) ? 'overdue' : key;
}

// The sign of a look; `label` is read aloud, "" leaves the sign to the eyes.
export function sign(group, key, label = '') {
  const hidden = label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': 'true' };
  return h('span', { class: 'mark', ...hidden }, key ? window.geo.symbol(group, key, 22) : null);
}

export function mark(state, overdue = false) {
  const key = lookOf(state, overdue);
  return sign('problems', key, key === 'overdue' ? `${t('Overdue')}: ${stateWord(state)}` : stateWord(state));
}

export const stateChip = ({ state, state_name: name, overdue }) =>
  h(
    'span',
    { class: 'state-chip' },
    sign('problems', lookOf(state, overdue)),
    h('span', {}, name || stateWord(state)),
  );

// The colours of a look for an element of the class "tinted", which follows the theme.
export const tint = (group, key) => ({
  '--c-light': look(group, key).light,
  '--c-dark': look(group, key).dark,
});
