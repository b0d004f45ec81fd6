// Drawing parcels: a new one, its corners, holes, its end. Nothing is written before “Save”, and a change that
// somebody else made meanwhile is shown, never overwritten unseen.
import '@geoman-io/leaflet-geoman-free';
import { areaText } from '../drawing/area.js';
import { askConflict, askDelete } from '../drawing/conflict.js';
import { Neighbours } from '../drawing/neighbours.js';
import { Sketch } from '../drawing/sketch.js';
import { ParcelStore } from '../drawing/store.js';
import { addTools } from '../drawing/tools.js';
import { openBar } from '../surface/bar.js';

export default function mount({ geo, map }) {
  map.pm ??= new window.L.PM.Map(map);
  new Drawing({ geo, map }).start();
}

class Drawing {
  constructor({ geo, map }) {
    const store = new ParcelStore(geo);
    Object.assign(this, { geo, map, store, neighbours: new Neighbours(map, store), chosen: null });
  }

  start() {
    const { t } = this.geo;
    this.tools = addTools(this.map, [
      { key: 'draw', label: t('Draw a parcel'), action: () => this.run(() => this.draw()) },
      { key: 'edit', label: t('Change its shape'), action: () => this.run(() => this.edit()), needsParcel: true },
      { key: 'cut', label: t('Cut a hole'), action: () => this.run(() => this.cut()), needsParcel: true },
      { key: 'remove', label: t('Delete'), action: () => this.run(() => this.remove()), needsParcel: true },
    ]);
    this.geo.on('select', ({ layer, id }) => this.choose(layer === 'parcels' ? id : null));
    this.geo.on('state', (changes) => 'id' in changes && this.choose(changes.id)); // chosen in a list beside the map
  }

  choose(id) {
    if (this.sketch) return; // somebody is drawing; what is under the hand stays
    this.chosen = id ? Number(id) : null;
    this.tools.choose(this.chosen);
  }

  // One tool at a time; whatever happens, the map is free again afterwards.
  async run(action) {
    this.tools.busy(true);
    this.map.geoBusy = true;
    try {
      await action();
      this.end();
    } catch (error) {
      this.end();
      this.tell(error.message);
    }
  }

  end() {
    document.removeEventListener('keydown', this.escape);
    this.sketch?.stop();
    this.sketch = null;
    this.neighbours.stop();
    this.bar?.remove();
    this.geo.emit('editing', { layer: 'parcels', id: null });
    this.tools.busy(false);
    setTimeout(() => (this.map.geoBusy = false));
  }

  async draw() {
    const { t } = this.geo;
    this.begin(t('Tap the corners one after the other; tap the first one again to close'));
    const closed = this.sketch.draw();
    this.buttons([
      { key: 'back', label: t('Take back'), action: () => this.sketch.takeBackCorner() },
      { key: 'close', label: t('Close the outline'), main: true, action: () => this.sketch.finishDrawing() },
      { key: 'cancel', label: t('Cancel'), action: () => this.sketch.stop() },
    ]);
    await this.neighbours.start(null);
    if (await closed) await this.finish(null);
  }

  async edit() {
    const stored = await this.open();
    await this.finish(stored);
  }

  async cut() {
    const { t } = this.geo;
    const stored = await this.open();
    this.bar.say(t('Tap round the piece to cut out; tap the first corner again to close'));
    this.buttons([{ key: 'cancel', label: t('Cancel'), action: () => this.sketch.stopCut() }]);
    await this.sketch.cut();
    await this.finish(stored);
  }

  async remove() {
    const stored = await this.store.read(this.chosen);
    if (!(await askDelete(this.geo))) return;
    await this.store.remove(stored);
    this.geo.highlight(null);
    this.choose(null);
    this.written(stored.id);
  }

  // Take the chosen parcel off the map's picture and under the hand.
  async open() {
    const stored = await this.store.read(this.chosen);
    this.begin('');
    this.geo.emit('editing', { layer: 'parcels', id: stored.id });
    this.geo.highlight(null);
    this.sketch.edit(stored.geometry);
    await this.neighbours.start(stored.id);
    return stored;
  }

  begin(hint) {
    const { geo } = this;
    this.bar = openBar(this.map, { hint, buttons: [] });
    this.sketch = new Sketch(this.map, {
      changed: (latlngs) => this.bar.say(areaText(geo, latlngs)),
      refused: () => this.bar.say(geo.t('The outline must not cross itself')),
    });
    this.escape = (event) => event.key === 'Escape' && !document.querySelector('dialog[open]') && this.sketch?.stop();
    document.addEventListener('keydown', this.escape);
  }

  buttons(buttons) {
    const said = this.bar.element.querySelector('output').textContent;
    this.bar.remove();
    this.bar = openBar(this.map, { hint: said, buttons });
  }

  // Corners can be moved until the person saves or gives up; a refusal is said and everything stays as it was.
  async finish(stored) {
    let wish = await this.askSave();
    while (wish === 'save') {
      const outcome = await this.save(stored);
      if (outcome.done) return;
      stored = outcome.stored;
      wish = outcome.again ? 'save' : await this.askSave();
    }
  }

  async save(stored) {
    const geometry = this.sketch.geometry();
    try {
      const saved = stored ? await this.store.change(stored, geometry) : await this.store.create(geometry);
      this.written(saved.id);
      return { done: true };
    } catch (error) {
      if (error.current) return this.choose412(stored, error.current);
      this.bar.say(error.message);
      return { stored };
    }
  }

  askSave() {
    const { t } = this.geo;
    return new Promise((resolve) => {
      this.sketch.settle = () => resolve('cancel');
      this.buttons([
        { key: 'back', label: t('Take back'), action: () => this.sketch.takeBackStep() },
        { key: 'save', label: t('Save'), main: true, action: () => resolve('save') },
        { key: 'cancel', label: t('Cancel'), action: () => resolve('cancel') },
      ]);
    });
  }

  async choose412(stored, current) {
    const answer = await askConflict(this.map, this.geo, { mine: this.sketch.geometry(), theirs: current.geometry });
    if (answer === 'mine') return { stored: current, again: true };
    if (answer === 'edit') return { stored }; // and the same question comes again when it is saved
    this.written(stored.id);
    return { done: true };
  }

  written(id) {
    this.geo.emit('change', { layer: 'parcels', id });
  }

  tell(message) {
    const bar = openBar(this.map, { hint: message, buttons: [{ label: this.geo.t('Close'), action: () => bar.remove() }] });
  }
}
