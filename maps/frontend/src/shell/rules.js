// The administrator's page of categories: the two-level table, the form of one category, what findings cost.

import { get } from './api.js';
import { fill, find, h } from './dom.js';
import { knowActing } from './people.js';
import { editor } from './rules-editor.js';
import { costsCard } from './rules-costs.js';
import { table } from './rules-table.js';
import { tagsCard } from './rules-tags.js';
import { told } from './toast.js';

export async function start() {
  await knowActing();
  window.addEventListener('popstate', () => told(show));
  await told(show);
}

// `code` in the address names the category that is being edited; without it the table is shown.
async function show() {
  const { code } = window.geo.state.get();
  const categories = await get('/categories', { retired: true });
  const one = categories.find((category) => category.code === code);
  const actions = { open, back: () => open(null) };
  const content = one
    ? await editor(one, categories, actions)
    : [table(categories, actions), h('div', { class: 'rules-costs' }, await costsCard(), await tagsCard())];
  fill(find('#content'), content);
}

async function open(code) {
  window.geo.state.set({ code });
  await told(show);
  window.scrollTo(0, 0);
  find('#content h2, #content .rules-row')?.focus?.({ preventScroll: true });
}
