// Who reported without an account: how they may be reached, and whether they are content. For dispatchers alone.

import { get } from './api.js';
import { h } from './dom.js';
import { facts } from './facts.js';
import { mayAct } from './people.js';
import { told } from './toast.js';
import { t, time } from './words.js';

// The section of the card, or null.
export async function section(feature) {
  const { id, source_level } = feature.properties;
  if (window.geo.page.standalone || source_level !== 'public' || !mayAct(['dispatcher', 'supervisor'])) return null;
  const found = await told(() => get(`/problems/${id}/contacts`));
  if (!found?.reports.length) return null;
  const content = { true: t('yes'), false: t('no') };
  const lines = [
    ...found.contacts.map(({ contact }) => [t('To be reached by'), contact]),
    ...found.reports.map((one) => [t('Content'), one.judged_at && `${content[one.content]} · ${time(one.judged_at)}`]),
    [t('Reported without an account'), time(found.reports[0].at)],
  ];
  return h('section', { class: 'reporter' }, h('h2', { class: 'label' }, t('Reporter')), facts(lines));
}
