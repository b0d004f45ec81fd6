// What every map carries besides its data: zoom buttons, scale, and the line that says whose data, as of when.

export function furnish(map, geo) {
  const { L } = window;
  const { t } = geo;
  const box = map.getContainer();
  box.setAttribute('role', 'application');
  box.setAttribute('aria-label', t('Map'));
  map.attributionControl?.remove();
  L.control.zoom({ position: 'topright', zoomInTitle: t('Zoom in'), zoomOutTitle: t('Zoom out') }).addTo(map);
  addSourceLine(map, geo);
  showFaults(map, geo);
  L.control.scale({ position: 'bottomright', imperial: false, maxWidth: 96 }).addTo(map);
}

function addSourceLine(map, { page, t, time, on }) {
  const { attribution = [], as_of, demo } = page.town;
  const parts = (when) =>
    [
      demo && t('Demonstration with invented data'),
      when && t('As of {time}', { time: time(when) }),
      ...attribution,
    ].filter(Boolean);
  const line = document.createElement('div');
  line.className = 'geo-source';
  const say = (when) => (line.textContent = line.title = parts(as_of ?? when).join(' · '));
  const control = window.L.control({ position: 'bottomright' });
  control.onAdd = () => line;
  say(page.now);
  if (line.textContent) control.addTo(map);
  on('change', ({ remote }) => remote && say(new Date().toISOString()));
}

// What could not be shown is said on the map, once; it goes when the data come after all.
function showFaults(map, { t, on }) {
  const box = document.createElement('div');
  box.className = 'geo-fault';
  box.setAttribute('role', 'alert');
  box.hidden = true;
  map.getContainer().append(box);
  on('fault', ({ error }) => {
    box.hidden = false;
    box.textContent = t('Part of the map cannot be shown: {reason}', { reason: error?.message ?? '' });
  });
  for (const relief of ['data', 'change', 'filter']) on(relief, () => (box.hidden = true));
}
