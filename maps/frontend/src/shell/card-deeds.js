// What can be done with a problem now: who acts, requests that wait, the moves, and more below them.

import { actDeeds } from './card-acts.js';
import { waitingRequests } from './card-requests.js';
import { deedButton, deedForm } from './deed-form.js';
import { fill, h, icon } from './dom.js';
import { moveDeeds } from './moves.js';
import { actingField } from './people.js';
import { t } from './words.js';

// `ondone()` shows the problem anew.
export function deeds(feature, { category, ondone }) {
  const moves = moveDeeds(feature, category);
  const { others, decisions } = actDeeds(withoutIdle(feature, category));
  if (!moves.length && !others.length) return null;
  const place = h('div', { class: 'deeds' });
  const ask = (deed) => {
    const oncancel = () => (window.geo.highlight(feature), offer());
    fill(place, deedForm({ deed, feature, oncancel, ondone }));
    // Not the field of a person: its list would open over the buttons.
    place.querySelector('textarea, input:not([role=combobox]), select')?.focus();
  };
  const offer = () =>
    fill(
      place,
      waitingRequests(feature, decisions, ask),
      moves.length > 0 && h('div', { class: 'moves' }, buttons(moves, ask, 'primary')),
      others.length > 0 &&
        h(
          'details',
          { class: 'more-deeds' },
          h('summary', {}, t('More …'), icon('down')),
          h('div', { class: 'acts' }, buttons(others, ask, '')),
        ),
    );
  const who = actingField({ onchange: offer });
  offer();
  return h('section', { class: 'doing', 'aria-label': t('What can be done now') }, who.element, place);
}

// The first one that the acting person may do stands out.
function buttons(deeds_, ask, strong) {
  const made = deeds_.map((deed) => deedButton(deed, { onclick: () => ask(deed) }));
  const first = made.find((button) => !button.disabled);
  if (first && strong) first.classList.add(strong);
  return made;
}

// A kind without milestones has none to reach.
function withoutIdle(feature, category) {
  const steps = (category?.stages || []).filter((stage) => stage.label);
  const acts = (feature.properties.acts || []).filter(({ act }) => act !== 'reached' || steps.length);
  return { ...feature, properties: { ...feature.properties, acts } };
}
