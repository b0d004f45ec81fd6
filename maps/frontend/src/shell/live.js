// The page hears from the service what has changed and has it shown; where nothing is told, it asks. While the tab is
// hidden it rests, and catches up when it is seen again.

import { away, back, flash } from './live-signs.js';
import { freshen } from './problem-card.js';

const SPACING_MS = 1000; // between two refreshes of one layer
const GREETED_WITHIN_MS = 5000;
const BEATS = 2.7; // of the service, after which one that says nothing is gone
const ASK_EVERY_MS = 1500;
const LISTEN_AGAIN_MS = 60_000; // where listening is not possible
const OWN_MS = 3000; // for which a change is taken for the person's own

export function startLive() {
  const { page } = window.geo;
  if (!page.standalone && page.sequence !== undefined) new Live(page).start();
}

class Live {
  constructor({ api, sequence }) {
    Object.assign(this, { api, sequence, refreshes: new Refreshes(), awake: false, listenFrom: 0, heardWithin_ms: GREETED_WITHIN_MS });
  }

  start() {
    document.addEventListener('visibilitychange', () => (document.hidden ? this.rest() : this.wake()));
    window.addEventListener('pagehide', () => this.rest());
    window.addEventListener('pageshow', () => !document.hidden && this.wake());
    if (!document.hidden) this.wake();
  }

  wake() {
    if (this.awake) return;
    this.awake = true;
    this.listen();
  }

  rest() {
    this.awake = false;
    say('resting');
    this.hangUp();
  }

  hangUp() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  // One thing is waited for at a time.
  after(wait_ms, action) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.awake && action(), wait_ms);
  }

  listen() {
    this.hangUp();
    const source = (this.source = new EventSource(`${this.api}/events?after=${this.sequence}`));
    const hear = (name, action) =>
      source.addEventListener(name, ({ data }) => {
        this.after(this.heardWithin_ms, () => this.lose());
        action(JSON.parse(data));
      });
    hear('change', ({ layer, sequence }) => this.note(layer, sequence));
    hear('beat', () => {});
    hear('hello', ({ sequence, beat_s }) => {
      this.heardWithin_ms = BEATS * beat_s * 1000;
      this.after(this.heardWithin_ms, () => this.lose());
      this.greeted = true;
      this.sequence = sequence;
      back();
      say('listening');
    });
    source.onerror = () => this.source === source && this.lose();
    this.after(GREETED_WITHIN_MS, () => this.lose());
  }

  // The line is cut, or there never was one.
  lose() {
    this.hangUp();
    if (!this.greeted) this.listenFrom = Date.now() + LISTEN_AGAIN_MS;
    this.greeted = false;
    this.ask();
  }

  async ask() {
    const told = await this.fetchChanges();
    if (!this.awake) return;
    if (told) this.compare(told);
    else away();
    say(told ? 'asking' : 'away');
    if (told && Date.now() >= this.listenFrom) this.listen();
    else this.after(ASK_EVERY_MS, () => this.ask());
  }

  async fetchChanges() {
    try {
      const answer = await fetch(`${this.api}/changes`, { signal: AbortSignal.timeout(GREETED_WITHIN_MS) });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }

  // After an absence all is shown anew: what could not be fetched meanwhile is missing too.
  compare({ sequence, layers }) {
    const known = back() || sequence < this.sequence ? -1 : this.sequence;
    for (const [layer, last] of Object.entries(layers)) if (last > known) this.note(layer, last);
    this.sequence = sequence;
  }

  note(layer, sequence) {
    this.sequence = Math.max(this.sequence, sequence);
    this.refreshes.want(layer);
  }
}

// How the page stands to the service: listening, asking, away or resting; for whoever looks into the page.
function say(how) {
  document.documentElement.dataset.live = how;
}

// The first change of a layer is shown at once, those that follow not faster than the eye can tell them apart.
class Refreshes {
  constructor() {
    Object.assign(this, { last: new Map(), waiting: new Set(), own: new Map() });
    window.geo.on('change', ({ layer, remote }) => remote || this.own.set(layer, Date.now()));
  }

  want(layer) {
    if (this.waiting.has(layer)) return;
    this.waiting.add(layer);
    const since_ms = Date.now() - (this.last.get(layer) ?? 0);
    setTimeout(() => this.refresh(layer), Math.max(0, SPACING_MS - since_ms));
  }

  refresh(layer) {
    this.waiting.delete(layer);
    this.last.set(layer, Date.now());
    window.geo.emit('change', { layer, remote: true });
    if (layer === 'problems') freshen();
    if (Date.now() - (this.own.get(layer) ?? 0) > OWN_MS) flash();
  }
}
