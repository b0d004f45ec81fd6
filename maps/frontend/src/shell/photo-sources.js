// Where photos come from: the camera (on a phone), or the device's files.

import { h, icon } from './dom.js';
import { t } from './words.js';

// Two buttons; `add` gets the files that were chosen.
export function photoSources(add) {
  return h(
    'div',
    { class: 'buttons' },
    source('camera', t('Take a photo'), { capture: 'environment' }, add),
    source('picture', t('Choose photos'), { multiple: true }, add),
  );
}

// The button opens the input, which itself stays out of sight.
function source(drawing, title, attributes, add) {
  const chosen = () => {
    add([...control.files]);
    control.value = '';
  };
  const control = h('input', { type: 'file', accept: 'image/*', class: 'file-input', tabindex: '-1', 'aria-label': title, onchange: chosen, ...attributes });
  const open = h('button', { type: 'button', class: `btn from-${drawing}`, onclick: () => control.click() }, icon(drawing), h('span', {}, title));
  return h('span', { class: 'photo-source' }, open, control);
}
