// One photo as large as the screen, the next by arrow or swipe; from here it is redacted or removed.

import { post, remove } from './api.js';
import { askForm } from './dialog.js';
import { fill, h, icon } from './dom.js';
import { facts } from './facts.js';
import { busy, field, textarea } from './form.js';
import { actingField, actingPerson, mayAct } from './people.js';
import { compare } from './photo-compare.js';
import { redaction } from './photo-redaction.js';
import { told } from './toast.js';
import { t, time } from './words.js';

const SWIPE_PX = 48;
const RELEASERS = ['dispatcher', 'supervisor'];
const LEADERS = ['supervisor'];
const OVER = ['closed', 'declined', 'void', 'duplicate'];

// A window over everything; keys pressed in it are not the page's.
function screen(label, onclose = () => {}) {
  const dialog = h('dialog', {
    class: 'viewer',
    tabindex: '-1',
    'aria-label': label,
    onclose: () => (dialog.remove(), onclose()),
  });
  dialog.addEventListener('keydown', (event) => event.stopPropagation());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

const button = (drawing, title, onclick, name = '') =>
  h('button', { type: 'button', class: `btn icon-only ${name}`, 'aria-label': title, title, onclick }, icon(drawing));

const closeButton = (dialog) => button('close', t('Close'), () => dialog.close(), 'close');

export function openCompare(before, after) {
  const dialog = screen(t('Before and after'));
  fill(
    dialog,
    h('header', {}, h('h2', {}, t('Before and after')), closeButton(dialog)),
    h('div', { class: 'stage' }, compare(before, after, 'url')),
  );
  dialog.querySelector('input').focus();
}

// `changed()` is called on closing when a photo was redacted, removed or released; `state` is that of the problem,
// `mine` whether the reader may change it.
export function openPhotos(photos, at, { state = '', mine = false, changed = () => {} }) {
  new Viewer(photos, at, { state, mine, changed }).show();
}

class Viewer {
  constructor(photos, at, { state, mine, changed }) {
    Object.assign(this, { photos: [...photos], at, mine, over: OVER.includes(state), touched: false });
    this.dialog = screen(t('Photos'), () => this.touched && changed());
    this.dialog.addEventListener('keydown', (event) => this.onKey(event));
  }

  get photo() {
    return this.photos[this.at];
  }

  show() {
    this.redacting = false;
    const many = this.photos.length > 1;
    const count = many && h('span', { class: 'count' }, `${this.at + 1} / ${this.photos.length}`);
    this.put(
      h('header', {}, h('h2', {}, this.photo.role_name), count, closeButton(this.dialog)),
      h(
        'div',
        { class: 'stage' },
        this.picture(),
        many && button('back', t('Previous photo'), () => this.go(-1), 'previous'),
        many && button('next', t('Next photo'), () => this.go(1), 'next'),
      ),
      this.footer(),
    );
  }

  // The focus stays in the window when what had it is gone.
  put(...contents) {
    fill(this.dialog, ...contents);
    if (!this.dialog.contains(document.activeElement)) this.dialog.focus();
  }

  picture() {
    const { url, role_name, width, height } = this.photo;
    const image = h('img', { src: url, alt: role_name, width, height, draggable: 'false' });
    let from = null;
    image.addEventListener('pointerdown', (event) => {
      from = event.clientX;
    });
    image.addEventListener('pointerup', (event) => {
      const by = from === null ? 0 : event.clientX - from;
      if (Math.abs(by) > SWIPE_PX && this.photos.length > 1) this.go(by < 0 ? 1 : -1);
      from = null;
    });
    return image;
  }

  footer() {
    const one = this.photo;
    const sources = { exif: t('from the photo itself'), device: t('from the device') };
    const place =
      one.lon !== null &&
      t('{place} ({source})', {
        place: `${one.lon.toFixed(5)}, ${one.lat.toFixed(5)}`,
        source: sources[one.place_source],
      });
    return h(
      'footer',
      {},
      one.warnings.map(({ text }) => h('p', { class: 'notice warn' }, icon('alert'), h('span', {}, text))),
      facts([
        [t('Taken'), time(one.taken_at)],
        [t('Where taken'), place],
        [t('Added'), [time(one.added_at), one.by_name].filter(Boolean).join(' · ')],
        [t('Note'), one.note],
        [t('Redacted'), one.redacted && t('yes')],
        [t('Public'), one.released_at && time(one.released_at)],
      ]),
      h(
        'div',
        { class: 'buttons' },
        this.mayChange() && h('button', { type: 'button', class: 'btn', onclick: () => this.redact() }, icon('hide'), t('Hide faces or plates')),
        this.mine && mayAct(RELEASERS) && this.releaseButton(),
        this.mayChange() && h('button', { type: 'button', class: 'btn danger', onclick: () => this.ask() }, icon('trash'), t('Remove the photo')),
      ),
    );
  }

  // A photo is changed by who added it, or by a dispatcher; after closing, by a supervisor.
  mayChange() {
    const own = this.photo.by && this.photo.by === actingPerson()?.code;
    return this.mine && (this.over ? mayAct(LEADERS) : own || mayAct(RELEASERS));
  }

  // What the public sees is a dispatcher's decision.
  releaseButton() {
    const released = !this.photo.released_at;
    const onclick = ({ currentTarget }) => busy(currentTarget, () => told(() => this.release(released)));
    const title = released ? t('Release to the public') : t('Withdraw from the public');
    return h('button', { type: 'button', class: 'btn', 'data-release': String(released), onclick }, icon(released ? 'send' : 'hide'), title);
  }

  async release(released) {
    const by = actingPerson()?.code;
    this.photos[this.at] = await post(`/photos/${this.photo.id}/release`, { released, ...(by ? { by } : {}) });
    this.touched = true;
    this.show();
  }

  go(by) {
    this.at = (this.at + by + this.photos.length) % this.photos.length;
    this.show();
  }

  onKey(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || this.redacting || this.photos.length < 2) return;
    event.preventDefault();
    this.go(by);
  }

  redact() {
    this.redacting = true;
    const made = (photo) => {
      this.touched = true;
      this.photos[this.at] = photo;
      this.show();
    };
    this.put(redaction(this.photo, { onsaved: made, oncancel: () => this.show() }));
  }

  ask() {
    const note = textarea('note', '', { maxlength: 2000 });
    const who = actingField();
    const dialog = askForm({
      title: t('Remove the photo'),
      parts: [
        h('p', {}, t('The photo is deleted for good; the history keeps that it was there, and why it went.')),
        field(t('Reason'), note, { required: true }),
        who.element,
      ],
      save: t('Remove the photo'),
      onsave: () => this.remove(note.value.trim(), who.value()?.code),
    });
    dialog.addEventListener('keydown', (event) => event.stopPropagation());
  }

  async remove(note, by) {
    await remove(`/photos/${this.photo.id}`, {}, { note, by });
    this.touched = true;
    this.photos.splice(this.at, 1);
    this.at = Math.min(this.at, this.photos.length - 1);
    if (this.photos.length) this.show();
    else this.dialog.close();
  }
}
