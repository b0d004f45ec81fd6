// The page's own description, written by the server as <script type="application/json" id="geo-page">.

const EMPTY = {
  name: '', lang: 'en', theme: 'auto', now: null, api: '/api/v1', styles: null,
  town: {}, params: {}, standalone: false, assets: '/static/', data: {},
};

export function readPage() {
  const node = document.getElementById('geo-page');
  return { ...EMPTY, ...(node ? JSON.parse(node.textContent) : {}) };
}

// The theme in force: what <html data-theme> says, or what the device prefers.
export function currentTheme() {
  const said = document.documentElement.dataset.theme;
  if (said === 'light' || said === 'dark') return said;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

export function watchTheme(changed) {
  let last = currentTheme();
  const look = () => {
    if (currentTheme() !== last) changed((last = currentTheme()));
  };
  new MutationObserver(look).observe(document.documentElement, { attributeFilter: ['data-theme'] });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', look);
}
