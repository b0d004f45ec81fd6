// Which column of the file becomes which field of the layer.

import { h } from './dom.js';
import { tableOf } from './facts.js';
import { select } from './form.js';
import { t } from './words.js';

// `source`: the file's columns; `mapping`: what the service guessed; `layer`: with its fields, or undefined when new.
export function mappingForm({ source, mapping, layer }) {
  const fields = (layer?.fields || []).map((one) => [one.name, one.title]);
  const rows = source.map((name) => ({
    name,
    control: select(`map-${name}`, [['', t('keep as it is')], ...fields], mapping[name] || '', {
      'aria-label': name,
    }),
  }));
  const lines = rows.map(({ name, control }) =>
    h('tr', {}, h('th', { scope: 'row' }, h('code', {}, name)), h('td', {}, control)),
  );
  const heads = [t('Column in the file'), t('Field of the layer')];
  const title = h('summary', {}, t('Columns and fields'));
  const element = h('details', { class: 'note', open: true }, title, tableOf(heads, lines, 'mapping'));
  return {
    element: layer && source.length ? element : null,
    value: () =>
      Object.fromEntries(
        rows.filter(({ control }) => control.value).map(({ name, control }) => [name, control.value]),
      ),
  };
}
