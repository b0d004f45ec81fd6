// Who acts: who has signed in; an administrator may choose in whose name, which the device remembers.

import { get } from './api.js';
import { codes, word } from './choices.js';
import { fill, h, icon } from './dom.js';
import { recall, remember } from './memory.js';
import { personField } from './person-field.js';
import { t } from './words.js';

export { personField };

const KEY = 'acting-person';

// {account, person, name, roles, may}, or null where nobody has signed in.
export const me = () => window.geo.page.me ?? null;

export const actsForOthers = () => Boolean(me()?.may.act_for_others);
export const seesAll = () => Boolean(me()?.may.see_all);

// {code, name, roles}; null for nobody, or for the service's operator, whom an administrator is who names nobody.
export function actingPerson() {
  if (actsForOthers()) return recall(KEY);
  return me() && { code: me().person, name: me().name, roles: me().roles };
}

const keep = ({ code, name, roles }) => remember(KEY, { code, name, roles });

let asked;

// Whether the remembered person is still there, and in which roles; asked once per page.
export function knowActing() {
  asked ??= check().catch(() => {});
  return asked;
}

async function check() {
  const known = actsForOthers() && actingPerson();
  if (!known) return;
  const found = (await get('/people', { q: known.code })).find(({ code }) => code === known.code);
  if (found) keep(found);
  else remember(KEY, null);
}

export function mayAct(roles) {
  const person = actingPerson();
  const own = person?.roles || [];
  return (!person && actsForOthers()) || own.includes('administrator') || roles.some((role) => own.includes(role));
}

// The roles in the order of the table, as one text; `most` of them, then “…”.
export function roleWords(roles, most = 3) {
  const named = codes('role').filter((role) => roles.includes(role)).map((role) => word('role', role));
  return named.slice(0, most).join(t(', ')) + (named.length > most ? ' …' : '');
}

// The line "acting as …" with a way to change it, for administrators; everybody else acts in their own name.
// `value()` is the person or null, `onchange()` tells of another one.
export function actingField({ onchange = () => {} } = {}) {
  if (!actsForOthers()) return { element: null, value: actingPerson };
  let picker = null;
  const line = h('div', { class: 'acting' });
  const changed = (person) => {
    if (person) keep(person);
    else remember(KEY, null);
    show(person);
    onchange();
    window.geo.emit('acting', person);
  };
  const show = (person) => {
    picker = { value: () => person };
    fill(line, actingLine(person, ask));
  };
  const ask = () => {
    picker = personField({ name: 'by', label: t('Acting person'), onpick: changed });
    const nobody = () => changed(null);
    fill(line, picker.element, h('button', { type: 'button', class: 'btn small quiet', onclick: nobody }, t('Without a name')));
    line.querySelector('input').focus();
  };
  show(actingPerson());
  return { element: line, value: () => picker.value() };
}

function actingLine(person, onclick) {
  const roles = person?.roles?.length > 0 && h('small', {}, roleWords(person.roles));
  const said = person ? t('Acting as {name}', { name: person.name }) : t('Acting without a name');
  return h(
    'p',
    { class: 'acting-line', 'data-field': 'by' },
    icon('person'),
    h('span', {}, said, roles),
    h('button', { type: 'button', class: 'btn small quiet', onclick }, person ? t('Change') : t('Choose a person')),
    h('span', { class: 'field-error', hidden: true }),
  );
}
