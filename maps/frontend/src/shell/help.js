// The list of states on the help page, with the same signs as on the map.

import { fill, find, h } from './dom.js';
import { looks, sign, stateWord } from './states.js';
import { t } from './words.js';

export function start() {
  fill(
    find('#state-list'),
    looks('problems').map(({ key, title, states = [] }) =>
      h(
        'li',
        {},
        sign('problems', key),
        h('b', {}, t(title)),
        h(
          'span',
          {},
          key === 'overdue' ? t('open, and past its deadline') : states.map(stateWord).join(', '),
        ),
      ),
    ),
  );
}
