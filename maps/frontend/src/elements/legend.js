// The legend: the style table's words and marks for what is really on this map. Folded on a phone.

const NARROW = '(max-width: 720px)';

export default function mount({ geo, map, options }) {
  const control = window.L.control({ position: 'bottomleft' });
  control.onAdd = () => legendBox(geo, options);
  control.addTo(map);
}

function legendBox(geo, { groups, added }) {
  const box = document.createElement('details');
  box.className = 'geo-legend';
  box.open = !matchMedia(NARROW).matches;
  const head = document.createElement('summary');
  head.textContent = geo.t('Legend');
  const body = document.createElement('div');
  body.className = 'geo-legend-body';
  body.append(...groups.map(({ group, looks }) => groupBox(geo, group, looks)));
  if (added.length) body.append(addedBox(geo, added));
  box.append(head, body);
  window.L.DomEvent.disableClickPropagation(box);
  window.L.DomEvent.disableScrollPropagation(box);
  return box;
}

function groupBox(geo, key, wanted) {
  const { title, looks } = geo.page.styles.groups[key];
  const part = document.createElement('section');
  const name = document.createElement('h3');
  name.textContent = geo.t(title);
  const list = document.createElement('ul');
  for (const look of looks) if (!wanted?.length || wanted.includes(look.key)) list.append(row(geo, key, look));
  part.append(name, list);
  return part;
}

// Layers of the town's own, by the titles that people gave them.
function addedBox(geo, titles) {
  const [look] = geo.page.styles.groups.own.looks;
  const part = groupBox(geo, 'own', ['nothing']);
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
