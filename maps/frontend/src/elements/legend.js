// The legend: the style table's words and marks for what is really on this map. Folded on a phone.

const NARROW = '(max-width: 720px)';

export default function mount({ geo, map, options }) {
  const control = window.L.control({ position: 'bottomleft' });
  control.onAdd = () => legendBox(geo, options);
  control.addTo(map);
}

// The scene's group that a legend's group can hide, where there is one.
const SCENES = {
  problems: 'problems', zones: 'zones', coverage: 'coverage', parcels: 'parcels', measures: 'measures', hotspots: 'hotspots',
  stations: 'stations', dust_sources: 'dust', rebounds: 'rebounds', frontages: 'frontages',
  dust_samples: 'dust_samples', work_faces: 'work_faces', road_load: 'roads',
};

export function legendBox(geo, { groups, added }, { toggles = true } = {}) {
  const scenes = toggles && groups.filter(({ group }) => group in SCENES).length + added.length > 1;
  const box = document.createElement('details');
  box.className = 'geo-legend';
  box.open = !matchMedia(NARROW).matches;
  const head = document.createElement('summary');
  head.textContent = geo.t('Legend');
  const body = document.createElement('div');
  body.className = 'geo-legend-body';
  body.append(...groups.map(({ group, looks }) => groupBox(geo, group, { looks, scene: scenes && SCENES[group] })));
  if (added.length) body.append(addedBox(geo, added));
  box.append(head, body);
  window.L.DomEvent.disableClickPropagation(box);
  window.L.DomEvent.disableScrollPropagation(box);
  return box;
}

function groupBox(geo, key, { looks: wanted, scene }) {
  const { title, looks } = geo.page.styles.groups[key];
  const part = document.createElement('section');
  const name = document.createElement('h3');
  name.append(scene ? toggle(geo, part, scene, geo.t(title)) : geo.t(title));
  const list = document.createElement('ul');
  for (const look of looks) if (!wanted?.length || wanted.includes(look.key)) list.append(row(geo, key, look));
  part.append(name, list);
  return part;
}

// A button that takes what it names off the map and puts it back; the address keeps what is hidden.
function toggle(geo, part, scene, title) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'geo-toggle';
  button.dataset.scene = scene;
  button.textContent = title;
  const hidden = () => new Set((geo.state.get().hide ?? '').split(',').filter(Boolean));
  const show = () => {
    const shown = !hidden().has(scene);
    button.setAttribute('aria-pressed', String(shown));
    button.title = shown ? geo.t('Hide on the map') : geo.t('Show on the map');
    part.classList.toggle('geo-hidden', !shown);
  };
  button.addEventListener('click', () => {
    const names = hidden();
    if (!names.delete(scene)) names.add(scene);
    geo.state.set({ hide: [...names] });
  });
  geo.on('state', (changes) => 'hide' in changes && show());
  show();
  return button;
}

// Layers of the town's own, by the titles that people gave them.
function addedBox(geo, titles) {
  const [look] = geo.page.styles.groups.own.looks;
  const part = groupBox(geo, 'own', { looks: ['nothing'] });
  part.querySelector('ul').append(...titles.map((title) => row(geo, 'own', { ...look, title })));
  return part;
}

function row(geo, group, look) {
  const item = document.createElement('li');
  const label = document.createElement('span');
  label.textContent = geo.t(look.title);
  item.append(geo.symbol(group, look.key, 18), label);
  return item;
}
