// What a file can become: a layer, or the table of who answers for what.

import { t } from './words.js';

const COMPUTED = ['station_buffers']; // the service makes them itself

// `layers`: as the service lists them → [{name, title, count?, fields: [{name, title}]}]
export function targets(layers) {
  const code = { name: 'code', title: t('Code') };
  const own = layers.filter(({ name }) => !COMPUTED.includes(name));
  return [...own.map((layer) => ({ ...layer, fields: [code, ...layer.fields] })), duties()];
}

const duties = () => ({
  name: 'responsibilities',
  title: t('People and what they answer for'),
  fields: [
    { name: 'place', title: t('Code of the place') },
    { name: 'place_name', title: t('Name of the place') },
    { name: 'layer', title: t('Layer of the place') },
    { name: 'name', title: t('Name of the person') },
    { name: 'person', title: t('Code of the person') },
    { name: 'phone', title: t('Phone') },
    { name: 'organisation', title: t('Organisation') },
    { name: 'role', title: t('Role') },
    { name: 'valid_from', title: t('From day') },
    { name: 'valid_to', title: t('To day') },
    { name: 'source', title: t('Document') },
  ],
});
