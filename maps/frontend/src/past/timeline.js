// The slider over the days of the campaign: steps, play and pause, four speeds; found and closed per day below it.
import { calm, CROSS, drawing, make, ownGround } from '../surface/element.js';
import { makeBars } from './bars.js';

const SPEEDS = [0.5, 1, 2, 4]; // days in a second
const SECOND_MS = 1000;
const PATIENCE_MS = 4000; // for a day to be drawn, while it plays
const PATHS = {
  play: 'M8 5.500v13l11-6.500z', pause: 'M8.500 5v14M15.500 5v14', back: 'M15 5l-7 7 7 7', next: 'M9 5l7 7-7 7', close: CROSS,
};

export class Timeline {
  // `show(day | null, {replace})` is called for each day that is chosen; null = now.
  constructor({ geo, days, show, close }) {
    Object.assign(this, { geo, days, show, speed: calm() ? SPEEDS[0] : SPEEDS[1], playing: false });
    const { t } = geo;
    this.range = make('input', {
      type: 'range', class: 'geo-days-range', min: 0, max: days.last, step: 1, 'aria-label': t('Day'),
      oninput: () => this.go(Number(this.range.value)), onchange: () => this.go(Number(this.range.value), { replace: false }),
    });
    this.date = make('output', { class: 'geo-days-date', 'aria-live': 'off' });
    this.told = make('span', { class: 'geo-days-told' });
    this.player = this.button('play', t('Play'), () => this.toggle());
    this.bars = this.makeBars();
    const head = [
      this.player, this.button('back', t('The day before'), () => this.step(-1)), this.button('next', t('The day after'), () => this.step(1)),
      make('span', { class: 'geo-days-said' }, this.date, this.told), this.speeds(), this.button('close', t('Close the slider'), close),
    ];
    const key = make('p', { class: 'geo-days-key', 'aria-hidden': 'true' }, make('i', { class: 'found' }), t('found'), make('i', { class: 'closed' }), t('closed'));
    this.element = ownGround(
      make('section', { class: 'geo-past geo-days', 'aria-label': t('Time'), onkeydown: (event) => this.key(event) }, make('div', { class: 'geo-past-head' }, head), this.range, this.bars.element, key),
    );
    this.follow(geo.state.get().as_of);
  }

  makeBars() {
    const choose = (number) => this.go(number, { replace: false });
    return makeBars(this.days.all, { label: this.geo.t('Found and closed per day'), choose });
  }

  // The days have other numbers; `follow` comes after it.
  renew() {
    const { element } = this.bars;
    this.bars = this.makeBars();
    element.replaceWith(this.bars.element);
    this.range.max = this.days.last;
  }

  button(name, label, act) {
    return make('button', { type: 'button', class: 'geo-past-button', 'data-act': name, 'aria-label': label, title: label, onclick: act }, drawing(PATHS[name]));
  }

  speeds() {
    const buttons = SPEEDS.map((speed) =>
      make('button', { type: 'button', class: 'geo-speed', 'data-speed': speed, 'aria-pressed': String(speed === this.speed), onclick: () => this.setSpeed(speed) }, `${speed}×`),
    );
    this.speedBox = make('div', { class: 'geo-speeds', role: 'group', 'aria-label': this.geo.t('Days in a second') }, buttons);
    return this.speedBox;
  }

  setSpeed(speed) {
    this.speed = speed;
    for (const button of this.speedBox.children) button.setAttribute('aria-pressed', String(Number(button.dataset.speed) === speed));
  }

  // Space plays and pauses wherever the focus is in it, but on a button of its own.
  key(event) {
    if (event.key !== ' ' || event.target.closest('button')) return;
    event.preventDefault();
    this.toggle();
  }

  step(by) {
    this.pause();
    this.go(this.number + by, { replace: false });
  }

  go(number, { replace = true } = {}) {
    const next = Math.max(0, Math.min(this.days.last, number));
    this.tell(next);
    this.show(next === this.days.last ? null : this.days.on(next).day, { replace });
  }

  // What the address says.
  follow(day) {
    this.tell(this.days.number(day));
  }

  tell(number) {
    const { t } = this.geo;
    this.number = number;
    const { day, found, closed, open } = this.days.on(number);
    const said = t('{found} found · {closed} closed · {open} open', { found, closed, open });
    this.range.value = number;
    this.range.setAttribute('aria-valuetext', `${day}: ${said}`);
    this.range.style.setProperty('--at', `${(100 * number) / (this.days.last || 1)}%`);
    this.date.textContent = number === this.days.last ? `${day} · ${t('today')}` : day;
    this.told.textContent = said;
    this.bars.mark(number);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  async play() {
    this.setPlaying(true);
    if (this.number === this.days.last) this.go(0);
    const turn = (this.turn = (this.turn ?? 0) + 1);
    while (this.playing && turn === this.turn && this.number < this.days.last) {
      const drawn = this.drawn();
      await Promise.all([wait(SECOND_MS / this.speed), drawn]);
      if (this.playing && turn === this.turn) this.go(this.number + 1);
    }
    if (turn === this.turn) this.pause();
  }

  // The day that was asked for last is on the map.
  drawn() {
    return Promise.race([wait(PATIENCE_MS), this.loading ?? null]);
  }

  pause() {
    if (this.playing) this.setPlaying(false);
  }

  setPlaying(on) {
    const { t } = this.geo;
    this.playing = on;
    const label = on ? t('Pause') : t('Play');
    this.player.replaceChildren(drawing(PATHS[on ? 'pause' : 'play']));
    this.player.dataset.act = on ? 'pause' : 'play';
    for (const name of ['aria-label', 'title']) this.player.setAttribute(name, label);
    this.date.setAttribute('aria-live', on ? 'off' : 'polite');
  }

  remove() {
    this.pause();
    this.element.remove();
  }
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
