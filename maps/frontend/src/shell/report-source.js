// Where a report comes from, and whether the finder has put it right at once.

import { word, codes } from './choices.js';
import { h } from './dom.js';
import { field, input, select } from './form.js';
import { isFromAbove } from './levels.js';
import { me } from './people.js';
import { t } from './words.js';

const OWN_INSPECTION = 'subdistrict'; // what an inspector finds

// {element, value()}: value = {source_level, document, on_the_spot}; `said` are the values to begin with.
export function sourceFields(said, onchange) {
  const level = select(
    'source_level',
    codes('source_level').map((code) => [code, word('source_level', code)]),
    said.source_level || (me()?.roles.includes('inspector') ? OWN_INSPECTION : 'self'),
  );
  const number = input('document', said.document || '', { maxlength: 200 });
  const paper = field(t('Document number'), number, { hint: t('Of the list or notice in which it was named.') });
  const spot = h('input', { type: 'checkbox', name: 'on_the_spot', checked: Boolean(said.on_the_spot) });
  const atOnce = h('label', { class: 'check' }, spot, h('span', {}, t('I have put it right on the spot')));
  const proof = h('p', { class: 'hint' }, t('Add a photo of how it looks now, as “After”.'));
  const value = () => ({
    source_level: level.value,
    document: isFromAbove(level.value) ? number.value.trim() : '',
    on_the_spot: spot.checked && !isFromAbove(level.value),
  });
  const show = () => {
    paper.hidden = !isFromAbove(level.value);
    atOnce.hidden = isFromAbove(level.value);
    proof.hidden = !value().on_the_spot;
  };
  const element = h('div', { class: 'source' }, field(t('Source'), level), paper, atOnce, proof);
  element.addEventListener('input', () => (show(), onchange(value())));
  show();
  return { element, value };
}
