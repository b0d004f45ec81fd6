// Events by name. A sticky event is told again to whoever comes later.

export class Events {
  #listeners = new Map();
  #last = new Map();
  #sticky;

  constructor(sticky = {}) {
    this.#sticky = sticky; // event name → key of the last one to keep
  }

  on(name, listener) {
    if (!this.#listeners.has(name)) this.#listeners.set(name, new Set());
    this.#listeners.get(name).add(listener);
    for (const detail of this.#last.get(name)?.values() ?? []) listener(detail);
    return () => this.off(name, listener);
  }

  off(name, listener) {
    this.#listeners.get(name)?.delete(listener);
  }

  has(name) {
    return (this.#listeners.get(name)?.size ?? 0) > 0;
  }

  emit(name, detail = {}) {
    if (name in this.#sticky) this.#keep(name, detail);
    for (const listener of [...(this.#listeners.get(name) ?? [])]) this.#tell(name, listener, detail);
  }

  // One listener that fails must not keep the others from hearing; the error still reaches the console. What fails later
  // (a fetch, for one) is told as a fault.
  async #tell(name, listener, detail) {
    let outcome;
    try {
      outcome = listener(detail);
    } catch (error) {
      reportError(error);
    }
    if (name !== 'fault' && outcome instanceof Promise) await outcome.catch((error) => this.emit('fault', { element: name, error }));
  }

  #keep(name, detail) {
    if (!this.#last.has(name)) this.#last.set(name, new Map());
    this.#last.get(name).set(detail[this.#sticky[name]], detail);
  }
}
