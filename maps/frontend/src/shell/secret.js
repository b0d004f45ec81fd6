// A secret that is shown once, with a way to copy it.

import { askForm } from './dialog.js';
import { h, icon } from './dom.js';
import { t } from './words.js';

export function showSecret(title, secret, note) {
  const copy = h('button', { type: 'button', class: 'btn small', onclick: () => navigator.clipboard?.writeText(secret) }, icon('copy'), t('Copy'));
  const parts = [h('p', {}, note), h('code', { class: 'secret' }, secret), navigator.clipboard && copy];
  askForm({ title, parts, save: t('I have kept it'), onsave: () => {} });
}
