// The drawing tools as a column of buttons on the map; what needs a chosen parcel waits for one.

import { drawing, make } from '../surface/element.js';

const ICONS = {
  draw: 'M5 19l1.2-4.2L16 5l3 3-9.8 9.8L5 19zM14 7l3 3',
  edit: 'M6 6h4M14 6h4M6 18h4M14 18h4M6 6v12M18 6v12M4.5 4.5h3v3h-3zM16.500 4.500h3v3h-3zM4.500 16.500h3v3h-3zM16.500 16.500h3v3h-3z',
  cut: 'M4 5h16v14H4zM9 9h6v6H9z',
  remove: 'M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12M10.500 10.500v5M13.500 10.500v5',
};

// `tools`: [{key, label, action, needsParcel}] → {choose(parcel | null), busy(on)}
export function addTools(map, tools) {
  const buttons = tools.map((tool) => ({ tool, button: toolButton(tool) }));
  const column = make('div', { class: 'leaflet-bar geo-tools', role: 'toolbar' }, buttons.map(({ button }) => button));
  const control = window.L.control({ position: 'topleft' });
  control.onAdd = () => column;
  control.addTo(map);
  window.L.DomEvent.disableClickPropagation(column);
  const state = { parcel: null, busy: false };
  const show = (changes) => {
    Object.assign(state, changes);
    for (const { tool, button } of buttons) button.disabled = state.busy || (tool.needsParcel && state.parcel === null);
  };
  show({});
  return { choose: (parcel) => show({ parcel }), busy: (busy) => show({ busy }) };
}

const toolButton = ({ key, label, action }) =>
  make('button', { type: 'button', 'data-tool': key, title: label, onclick: action }, drawing(ICONS[key]), make('span', {}, label));
