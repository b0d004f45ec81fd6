// What must not be overlooked about a problem: one line each, the gravest first.

import { unanswered } from './card-together.js';
import { word } from './choices.js';
import { h, icon } from './dom.js';
import { isFromAbove } from './levels.js';
import { decimal, span, t, time } from './words.js';

const DAY_MS = 86_400_000;
const GRAVE = ['notice', 'talk'];
const OVER = ['closed', 'declined', 'void', 'duplicate'];

const BANNERS = [
  (one) =>
    one.escalation && {
      name: 'escalation',
      look: GRAVE.includes(one.escalation) ? 'error' : 'warn',
      drawing: 'flag',
      text: t('Escalated: {step}', { step: word('escalation', one.escalation) }),
    },
  (one) => isFromAbove(one.recheck_level) && fromAbove(one),
  (one) => one.rebound_of && rebound(one),
  (one) =>
    one.state === 'fixed' && unanswered(one).length > 0 && {
      name: 'unanswered',
      look: 'warn',
      drawing: 'alert',
      text: t('Not answered yet: {departments}.', { departments: unanswered(one).join(t(', ')) }),
    },
  (one) =>
    one.paused_at && {
      name: 'paused',
      look: 'info',
      drawing: 'clock',
      text: t('The clocks stand still since {time}.', { time: time(one.paused_at) }),
    },
  (one) =>
    one.state === 'deferred' && {
      name: 'deferred',
      look: 'info',
      drawing: 'clock',
      text: one.deferred_until ? t('Deferred until {day}.', { day: one.deferred_until }) : t('Deferred without a date.'),
    },
  (one) =>
    one.duplicate_of && {
      name: 'merged',
      look: 'info',
      drawing: 'file',
      text: t('It repeats another case and was merged into it.'),
      to: one.duplicate_of,
    },
  (one) =>
    one.forced && {
      name: 'forced',
      look: 'warn',
      drawing: 'alert',
      text: t('Closed by decision: nobody has proved that it is put right.'),
    },
  (one) =>
    one.self_handled && {
      name: 'self_handled',
      look: 'ok',
      drawing: 'check',
      text: t('Put right on the spot by the finder.'),
    },
  (one) => (one.flags || []).map((flag) => ({ name: flag, look: 'warn', drawing: 'flag', text: word('flag', flag) })),
];

function fromAbove(one) {
  const level = word('source_level', one.recheck_level);
  const over = OVER.includes(one.state);
  const text = over
    ? t('From above: {level}.', { level })
    : t('From above: {level}. Only a re-check at that level closes it.', { level });
  const more = one.score_effect < 0 && t('It costs {points} points.', { points: decimal(-one.score_effect, 1) });
  return { name: 'above', look: over ? 'info' : 'warn', drawing: 'search', text, more };
}

function rebound(one) {
  const after = span((one.rebound_days ?? 0) * DAY_MS);
  const text =
    one.rebound_kind === 'never_fixed'
      ? t('Never really put right: back {time} after the closing.', { time: after })
      : t('It came back {time} after a verified closing.', { time: after });
  const again = one.rebound_order > 1 && t('Rebound no. {n} in a row at this place.', { n: one.rebound_order });
  return { name: 'rebound', look: 'error', drawing: 'undo', text, more: again, to: one.rebound_of };
}

// `onopen(id)` shows another problem.
export function banners(feature, onopen) {
  return BANNERS.flatMap((banner) => banner(feature.properties) || []).map((one) =>
    h(
      'div',
      { class: `notice ${one.look}`, 'data-banner': one.name },
      icon(one.drawing),
      h(
        'div',
        {},
        h('span', {}, one.text),
        one.more && h('small', {}, one.more),
        one.to &&
          h('button', { type: 'button', class: 'link-button', onclick: () => onopen(one.to) }, t('Open that case')),
      ),
    ),
  );
}
