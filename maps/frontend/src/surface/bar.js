// A small bar over the map: what to do now, and the buttons for it.

// `buttons`: [{label, action, main?, key?}]; → {element, say(text), enable(key, on), show(key, on), remove()}
export function openBar(map, { hint, buttons }) {
  const element = document.createElement('div');
  element.className = 'geo-bar';
  element.setAttribute('role', 'toolbar');
  const status = document.createElement('output');
  status.textContent = hint;
  const made = Object.fromEntries(buttons.map((button) => [button.key ?? button.label, makeButton(button)]));
  element.append(status, ...Object.values(made));
  window.L.DomEvent.disableClickPropagation(element);
  window.L.DomEvent.disableScrollPropagation(element);
  map.getContainer().append(element);
  return {
    element,
    say: (text) => (status.textContent = text),
    enable: (key, on) => (made[key].disabled = !on),
    show: (key, on) => (made[key].hidden = !on),
    remove: () => element.remove(),
  };
}

export function makeButton({ label, action, main }) {
  const button = document.createElement('button');
  button.type = 'button';
  if (main) button.className = 'geo-main';
  button.textContent = label;
  button.addEventListener('click', action);
  return button;
}
