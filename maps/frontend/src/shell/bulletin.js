// The report of a day, of the town or of one person: text to paste and a picture for a group chat.

import { get, newest } from './api.js';
import { pictureOf } from './bulletin-card.js';
import { busy, field, input, select } from './form.js';
import { fill, find, h, icon } from './dom.js';
import { personField } from './person-field.js';
import { toast, told } from './toast.js';
import { now, t } from './words.js';

const periods = () => [
  ['1', t('One day')],
  ['7', t('7 days')],
  ['30', t('30 days')],
];

const MAP = { width: 1452, height: 1452, scale: 2.9, theme: 'light' }; // its letters are as large as the report's

export function start() {
  told(() => new BulletinPage(find('#content')).begin());
}

const today = () => new Date(now()).toLocaleDateString('sv-SE', { timeZone: 'Asia/Shanghai' });

// What is asked for, as text and as a picture.
const sheetOf = newest(async (asked) => {
  const { on, days, person } = asked;
  const found = person ? await get(`/people/${encodeURIComponent(person)}/digest`, { on }) : await get('/bulletin', { on, days });
  return { found, canvas: pictureOf(found, await mapOf(asked)) };
});

class BulletinPage {
  constructor(place) {
    const { on, days, person } = window.geo.state.get();
    this.asked = { on: on || today(), days: days || '1', person: person || '' };
    this.place = place;
    this.result = h('div', { class: 'bulletin', 'aria-live': 'polite' });
  }

  async begin() {
    const chosen = this.asked.person ? await this.named() : null;
    fill(this.place, this.controls(chosen), this.result);
    await this.load();
  }

  async named() {
    const found = await get('/people', { q: this.asked.person }).catch(() => []);
    return found.find(({ code }) => code === this.asked.person) || null;
  }

  controls(chosen) {
    const on = input('on', this.asked.on, { type: 'date', onchange: (event) => this.choose({ on: event.target.value }) });
    const days = select('days', periods(), this.asked.days, { onchange: (event) => this.choose({ days: event.target.value }) });
    const who = personField({
      name: 'person', label: t('Of whom'), chosen, hint: t('Empty: the whole town'),
      onpick: (person) => this.choose({ person: person.code }),
    });
    const control = find('input', who.element);
    control.addEventListener('change', () => !control.value.trim() && this.choose({ person: '' }));
    this.days = field(t('Period'), days);
    this.days.hidden = Boolean(this.asked.person);
    return h(
      'form',
      { class: 'card period bulletin-of', onsubmit: (event) => event.preventDefault() },
      who.element,
      field(t('Day'), on),
      this.days,
    );
  }

  choose(changes) {
    Object.assign(this.asked, changes);
    this.days.hidden = Boolean(this.asked.person);
    window.geo.state.set({ on: this.asked.on, days: this.asked.days, person: this.asked.person || null });
    told(() => this.load());
  }

  async load() {
    const made = await sheetOf({ ...this.asked });
    if (made) fill(this.result, this.text(made.found.text), this.picture(made.canvas, made.found));
  }

  text(text) {
    const box = h('pre', { class: 'paste', tabindex: '0', id: 'paste-text' }, text);
    const copy = h('button', { type: 'button', class: 'btn primary', id: 'copy-text', onclick: () => copied(text, box) }, icon('copy'), t('Copy text'));
    return h('section', { class: 'card' }, h('h2', {}, t('Text')), box, h('div', { class: 'buttons' }, copy));
  }

  picture(canvas, found) {
    const name = `${found.town}-${found.on}.png`;
    const save = h('button', { type: 'button', class: 'btn primary', id: 'save-picture' }, icon('download'), t('Save picture'));
    save.addEventListener('click', () => busy(save, () => saved(canvas, name)));
    const share = h('button', { type: 'button', class: 'btn', id: 'share-picture' }, icon('send'), t('Share'));
    share.addEventListener('click', () => busy(share, () => told(() => shared(canvas, name, found.text))));
    const able = navigator.canShare?.({ files: [new File([''], name, { type: 'image/png' })] });
    return h('section', { class: 'card' }, h('h2', {}, t('Picture')), canvas, h('div', { class: 'buttons' }, save, able && share));
  }
}

// The service's picture of what was open at the end of that day; the report stands without it where there is none.
async function mapOf({ on, person }) {
  const past = on < today() && !person;
  const query = new URLSearchParams({ ...MAP, lang: window.geo.page.lang, ...(past ? { as_of: on } : {}), ...(person ? { assignee: person } : {}) });
  const picture = new Image();
  picture.src = `/maps/open-problems.png?${query}`;
  try {
    await picture.decode();
    return picture;
  } catch {
    return null;
  }
}

// The clipboard is closed to pages over plain HTTP; then the text is selected and copied the old way.
async function copied(text, box) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    getSelection().selectAllChildren(box);
    document.execCommand('copy');
  }
  toast(t('The text was copied.'));
}

const blobOf = (canvas) => new Promise((done) => canvas.toBlob(done, 'image/png'));

async function saved(canvas, name) {
  const url = URL.createObjectURL(await blobOf(canvas));
  const link = h('a', { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}

async function shared(canvas, name, text) {
  const file = new File([await blobOf(canvas)], name, { type: 'image/png' });
  await navigator.share({ files: [file], text });
}
