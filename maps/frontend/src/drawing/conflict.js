// Two people changed one shape: both are on the map and in words, and the person chooses.
import { makeButton } from '../surface/bar.js';
import { areaText } from './area.js';

// → 'mine' | 'theirs' | 'edit' (go on editing; nothing is saved, nothing is lost)
export async function askConflict(map, geo, { mine, theirs }) {
  const { t } = geo;
  const both = window.L.layerGroup([shapeOf(theirs, 'geo-theirs'), shapeOf(mine, 'geo-mine')]).addTo(map);
  const answer = await ask({
    title: t('Somebody else has changed this parcel meanwhile'),
    lines: [
      [t('Mine'), areaText(geo, latlngsOf(mine)), 'geo-mine'],
      [t('Theirs'), areaText(geo, latlngsOf(theirs)), 'geo-theirs'],
    ],
    choices: [
      { value: 'mine', label: t('Keep mine'), main: true },
      { value: 'theirs', label: t('Take theirs') },
      { value: 'edit', label: t('Go on editing') },
    ],
  });
  both.remove();
  return answer;
}

export async function askDelete({ t }) {
  const choices = [
    { value: true, label: t('Delete for good'), main: true },
    { value: false, label: t('Cancel') },
  ];
  return ask({ title: t('The parcel and its border will be removed.'), lines: [], choices });
}

// A modal question; Escape gives the last choice, which changes nothing.
function ask({ title, lines, choices }) {
  return new Promise((resolve) => {
    const dialog = document.createElement('dialog');
    dialog.className = 'geo-dialog';
    dialog.setAttribute('aria-label', title);
    const answer = (value) => {
      dialog.close();
      dialog.remove();
      resolve(value);
    };
    const head = document.createElement('h2');
    head.textContent = title;
    const row = document.createElement('div');
    row.className = 'geo-dialog-buttons';
    row.append(...choices.map(({ value, ...button }) => makeButton({ ...button, action: () => answer(value) })));
    dialog.append(head, ...lines.map(lineOf), row);
    dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      answer(choices.at(-1).value);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

function lineOf([name, value, className]) {
  const line = document.createElement('p');
  const key = document.createElement('i');
  key.className = `geo-key ${className}`;
  const label = document.createElement('b');
  label.textContent = name;
  const said = document.createElement('span');
  said.textContent = value;
  line.append(key, label, said);
  return line;
}

function shapeOf(geometry, className) {
  return window.L.geoJSON(geometry, { interactive: false, pmIgnore: true, style: { className } });
}

function latlngsOf(geometry) {
  return window.L.geoJSON(geometry).getLayers()[0].getLatLngs();
}
