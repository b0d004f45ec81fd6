// What of the service is open to people who have not signed in: an administrator's switches.

import { get, put } from './api.js';
import { fill, find, h } from './dom.js';
import { toast, told } from './toast.js';
import { t } from './words.js';

const titles = () => ({
  view: [t('Everybody sees open problems and clean zones'), t('Without names, telephone numbers and descriptions; photos only where they were released.')],
  report: [t('Everybody may report problems'), t('Without an account; each reporter gets a link of their own.')],
});

export async function start() {
  const place = find('#public-switch');
  if (place) told(async () => show(place, await get('/public')));
}

function show(place, parts) {
  const change = (name) => (event) =>
    told(async () => {
      try {
        const made = await put('/public', { [name]: event.target.checked }, { 'If-Match': `"${parts.version}"` });
        toast(t('Saved'));
        show(place, made);
      } catch (error) {
        show(place, error.current || parts);
        throw error;
      }
    });
  const line = ([name, [title, hint]]) =>
    h(
      'label',
      { class: 'check' },
      h('input', { type: 'checkbox', name, checked: parts[name], onchange: change(name) }),
      h('span', {}, title, h('small', { class: 'under' }, hint)),
    );
  fill(place, h('h2', {}, t('Open to the public')), Object.entries(titles()).map(line));
}
