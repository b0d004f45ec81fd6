// Choosing a person: type a part of the name, pick from the list.

import { get, newest } from './api.js';
import { word } from './choices.js';
import { debounced, fill, h } from './dom.js';
import { field } from './form.js';
import { t } from './words.js';

// A field that asks for a person; `value()` is the chosen {code, name} or null.
export function personField({ name, label, chosen = null, hint = '', required = false, onpick = () => {} }) {
  const list = h('ul', { class: 'options', role: 'listbox', 'aria-label': label, hidden: true });
  const control = h('input', {
    name,
    class: 'input',
    type: 'text',
    autocomplete: 'off',
    role: 'combobox',
    'aria-autocomplete': 'list',
    'aria-expanded': 'false',
    placeholder: t('Name of the person'),
    value: chosen?.name || '',
  });
  const picker = new Picker(control, list, chosen, onpick);
  const box = field(label, control, { hint, required });
  list.id = `${control.id}-list`;
  control.setAttribute('aria-controls', list.id);
  control.after(list);
  return { element: box, value: () => picker.chosen };
}

const named = newest((typed) => get('/people', { q: typed }).catch(() => []));

class Picker {
  constructor(control, list, chosen, onpick) {
    Object.assign(this, { control, list, chosen, onpick, people: [], at: -1 });
    control.addEventListener('input', () => this.typed());
    control.addEventListener('focus', () => this.search());
    control.addEventListener('blur', () => this.left());
    control.addEventListener('keydown', (event) => this.onKey(event));
    this.search = debounced(() => this.load(), 150);
  }

  typed() {
    this.chosen = null;
    this.search();
  }

  async load() {
    const typed = this.chosen ? '' : this.control.value.trim();
    const people = await named(typed);
    if (people && document.activeElement === this.control) this.offer(people.slice(0, 30));
  }

  offer(people) {
    Object.assign(this, { people, at: -1 });
    const items = people.map((person, i) => this.option(person, i));
    fill(this.list, items.length ? items : h('li', { class: 'none' }, t('Nobody of that name')));
    this.open(true);
  }

  option(person, i) {
    const roles = [person.organisation, ...(person.roles || []).map((role) => word('role', role))].filter(Boolean).join(' · ');
    const pick = (event) => (event.preventDefault(), this.pick(i));
    return h(
      'li',
      {
        role: 'option',
        id: `${this.list.id}-${i}`,
        'aria-selected': 'false',
        onpointerdown: (event) => event.preventDefault(),
        onclick: pick,
      },
      h('b', {}, person.name),
      h('small', {}, roles),
    );
  }

  open(yes) {
    this.list.hidden = !yes;
    this.control.setAttribute('aria-expanded', String(yes));
    if (!yes) this.control.removeAttribute('aria-activedescendant');
  }

  pick(i) {
    this.chosen = this.people[i];
    this.control.value = this.chosen.name;
    this.open(false);
    this.onpick(this.chosen);
  }

  // A name typed in full counts as chosen; half a name does not stay as if it were somebody.
  left() {
    this.open(false);
    const typed = this.control.value.trim();
    const same = this.people.filter((person) => person.name === typed || person.code === typed);
    if (!this.chosen && same.length === 1) this.pick(this.people.indexOf(same[0]));
    if (!this.chosen) this.control.value = '';
  }

  onKey(event) {
    if (event.key === 'Escape' && !this.list.hidden) return (event.preventDefault(), this.open(false));
    if (event.key === 'Enter' && this.at >= 0 && !this.list.hidden)
      return (event.preventDefault(), this.pick(this.at));
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && !this.list.hidden && this.people.length) this.go(event, by);
    return undefined;
  }

  go(event, by) {
    event.preventDefault();
    const options = [...this.list.children];
    this.at = (this.at + by + options.length) % options.length;
    options.forEach((option, i) => option.setAttribute('aria-selected', String(i === this.at)));
    options[this.at].scrollIntoView({ block: 'nearest' });
    this.control.setAttribute('aria-activedescendant', options[this.at].id);
  }
}
