// What is on the map, whoever draws it: groups of sources and style layers, kept in one order.
//
// An element adds a group:
//   scene.add({id, sources: {name: spec}, layers: (theme) => [layer, …]}) → {update, setData, setSources, refresh}
// A layer is a MapLibre style layer with two names of our own: `slot` (how high it lies, see SLOTS) and
// `pick` (the layer's name in `select` events, when it can be chosen). Source and layer names are prefixed
// with the group's id. A `renderer` has render({sources, layers}), setData, refresh, query, drawn, idle.

export const SLOTS = {
  ground: 0, area: 10, cell: 20, band: 30, road: 40, roadLabel: 50, line: 60, ring: 65, point: 70, mark: 75, label: 80,
};

const HIT_PX = { mouse: 5, pen: 8, touch: 16 };

export class Scene {
  constructor(renderer, geo) {
    this.renderer = renderer;
    this.geo = geo;
    this.groups = new Map();
    this.beside = () => null; // point of the map's box → the scene that lies over this one there
    this.off = [
      geo.on('theme', () => this.render()),
      geo.on('state', (changes) => 'hide' in changes && this.render()),
    ];
  }

  add(group) {
    this.groups.set(group.id, group);
    this.render();
    const source = (name) => `${group.id}/${name}`;
    return {
      update: () => this.render(),
      setData: (name, data) => {
        group.sources[name] = { ...group.sources[name], data };
        this.renderer.setData(source(name), data);
      },
      setSources: (sources) => {
        group.sources = sources;
        this.render();
      },
      refresh: (name) => this.renderer.refresh(source(name)),
    };
  }

  // Once for all changes of one task.
  render() {
    if (this.waiting) return;
    this.waiting = true;
    queueMicrotask(() => {
      this.waiting = false;
      this.renderer.render(this.style());
    });
  }

  style() {
    const theme = this.geo.theme();
    const sources = {};
    const layers = [];
    const hidden = new Set((this.geo.state.get().hide ?? '').split(','));
    for (const group of this.groups.values()) {
      if (hidden.has(group.id)) continue;
      for (const [name, spec] of Object.entries(group.sources)) sources[`${group.id}/${name}`] = spec;
      for (const layer of group.layers(theme)) layers.push(named(group.id, layer));
    }
    layers.sort((a, b) => a.slot - b.slot); // stable: within a slot, the order of adding
    return { sources, layers };
  }

  // What lies under a point of the map's box, topmost first: [{layer, id, properties, geometry}].
  query(point, pointerType = 'mouse') {
    const over = this.beside(point);
    return over ? over.query(point, pointerType) : this.renderer.query(point, HIT_PX[pointerType] ?? HIT_PX.mouse);
  }

  // How many features of a layer ("group/layer") are drawn now.
  drawn(layer) {
    return this.renderer.drawn(layer);
  }

  // Resolves when everything asked for is drawn.
  idle() {
    return this.renderer.idle();
  }

  // Take everything off the map.
  remove() {
    for (const stop of this.off) stop();
    this.renderer.remove();
  }
}

function named(group, layer) {
  const made = { ...layer, id: `${group}/${layer.id}` };
  if (layer.source) made.source = `${group}/${layer.source}`;
  return made;
}
