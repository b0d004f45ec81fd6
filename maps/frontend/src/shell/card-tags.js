// The tags of a problem, for its card: everybody reads them, dispatchers give them.

import { get, patch } from './api.js';
import { fill, find, h, icon } from './dom.js';
import { busy, field, input, showErrors } from './form.js';
import { choose } from './filters.js';
import { closeDetail } from './panel.js';
import { actingPerson, mayAct } from './people.js';
import { told } from './toast.js';
import { t } from './words.js';

const TAGGERS = ['dispatcher', 'supervisor'];

// The part of the card; `refresh()` after something was written.
export function section(feature, refresh) {
  const { tags, may_change } = feature.properties;
  const mayTag = may_change && mayAct(TAGGERS) && !window.geo.page.standalone;
  if (!tags?.length && !mayTag) return null;
  const place = h('div', { class: 'town-tags' });
  const show = () => fill(place, (tags || []).map(label), mayTag && edit(() => open(place, feature, { show, refresh })));
  show();
  return place;
}

// A tag leads to all problems that bear it; a saved page has no filter for that.
const label = (tag) =>
  window.geo.page.standalone ? h('span', { class: 'badge' }, tag) : button(tag);

const button = (tag) => {
  const onclick = () => (choose({ tag }), closeDetail());
  return h('button', { type: 'button', class: 'chip', 'data-town-tag': tag, onclick }, tag);
};

const edit = (onclick) =>
  h('button', { type: 'button', class: 'btn small quiet', id: 'edit-tags', onclick }, icon('edit'), h('span', {}, t('Tags')));

async function open(place, feature, { show, refresh }) {
  const known = await told(() => get('/tags'));
  if (!known) return;
  const now = feature.properties.tags || [];
  const boxes = known.tags.map((tag) => h('input', { type: 'checkbox', value: tag, checked: now.includes(tag) }));
  const others = input('tags', now.filter((tag) => !known.tags.includes(tag)).join('，'), { maxlength: 200 });
  const answer = h('p', { class: 'notice error', role: 'alert', hidden: true });
  const send = h('button', { type: 'submit', class: 'btn primary' }, t('Save the tags'));
  const form = h(
    'form',
    { class: 'form boxed', id: 'tags-form', novalidate: true, 'aria-label': t('Tags') },
    boxes.length > 0 && h(
      'fieldset',
      { class: 'field' },
      h('legend', {}, t('Tags')),
      h('div', { class: 'check-line' }, boxes.map((box) => h('label', { class: 'check' }, box, h('span', {}, box.value)))),
    ),
    field(t('Others'), others, { hint: t('Separated by commas.') }),
    answer,
    h('div', { class: 'buttons' }, send, h('button', { type: 'button', class: 'btn quiet', onclick: show }, t('Cancel'))),
  );
  const wish = () => [...boxes.filter((box) => box.checked).map((box) => box.value), ...split(others.value)];
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    busy(send, () => save(feature, wish(), { form, answer, refresh }));
  });
  fill(place, form);
  find('input', form).focus();
}

export const split = (text) => text.split(/[,，、;；]+/).map((one) => one.trim()).filter(Boolean);

async function save(feature, tags, { form, answer, refresh }) {
  const { id, version } = feature.properties;
  const by = actingPerson()?.code;
  try {
    answer.hidden = true;
    await patch(`/problems/${id}`, { properties: { tags, ...(by ? { by } : {}) } }, { 'If-Match': `"${version}"` });
    refresh();
  } catch (error) {
    answer.hidden = false;
    fill(answer, showErrors(form, error));
  }
}
