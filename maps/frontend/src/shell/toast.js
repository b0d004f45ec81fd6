// Short messages at the edge of the screen; an error stays until it is closed.

import { find, h, icon } from './dom.js';
import { t } from './words.js';

const STAYS_MS = 5000;

export function toast(text, { error = false } = {}) {
  const close = h(
    'button',
    { type: 'button', class: 'btn icon-only quiet', 'aria-label': t('Close'), onclick: () => note.remove() },
    icon('close'),
  );
  const note = h(
    'div',
    { class: error ? 'toast error' : 'toast', role: error ? 'alert' : false },
    h('span', {}, text),
    close,
  );
  find('#toasts').append(note);
  if (!error) setTimeout(() => note.remove(), STAYS_MS);
}

// Runs an action; what goes wrong is said in a toast and answered with undefined.
export async function told(action) {
  try {
    return await action();
  } catch (error) {
    if (error.name !== 'AbortError') toast(error.message, { error: true });
    return undefined;
  }
}
