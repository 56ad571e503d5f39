// Pairs by id, fetched when somebody looks at them: few at a time, and those seen last are kept.

import { get, segment } from "./api.js";

const kept = 500;
const atOnce = 4;

export class Briefs {
  #model;
  #signal;
  #pairs = new Map();
  #waiting = [];
  #running = 0;

  constructor(model, signal) {
    this.#model = model;
    this.#signal = signal;
  }

  /** The pair in full, or null when it cannot be had (any more). `wanted` is asked again when its turn comes. */
  get(id, wanted = () => true) {
    const known = this.#pairs.get(id);
    if (known) return known;
    const promise = new Promise((resolve) => this.#waiting.push({ id, wanted, resolve }));
    this.#pairs.set(id, promise);
    if (this.#pairs.size > kept) this.#pairs.delete(this.#pairs.keys().next().value);
    this.#go();
    return promise;
  }

  async #go() {
    if (this.#running >= atOnce) return;
    // The newest wish first: it is what somebody looks at now.
    const next = this.#waiting.pop();
    if (!next) return;
    this.#running += 1;
    let pair = null;
    if (!this.#signal.aborted && next.wanted()) {
      try {
        pair = await get(`models/${segment(this.#model)}/pairs/${next.id}`, {}, this.#signal);
      } catch {
        // Gone by retention, or no answer: what the list says has to do.
      }
    }
    if (!pair) this.#pairs.delete(next.id);
    next.resolve(pair);
    this.#running -= 1;
    this.#go();
  }
}
