// All models: what each slot holds, who answers, how both sides do, and what the gate says.

import { ApiError, Unreachable, get, segment } from "./api.js";
import { fill, h, stylesheet } from "./dom.js";
import { chartKey, modelCharts } from "./model-charts.js";
import { answerer, decisionBadge, releaseText, rollbackState, slotsTable, trafficText } from "./model-state.js";
import { morph } from "./morph.js";

const refreshTime = 5_000;

export async function view({ root, query, signal, live, setQuery }) {
  const [{ models }] = await Promise.all([get("models", {}, signal), stylesheet("cutover.css")]);
  if (signal.aborted) return;
  const rows = new Map();
  let isRefreshing = false;
  let isLost = false;
  const list = h("div", { class: "models" });
  const found = h("span", { role: "status", class: "quiet" });
  const filter = h("input", {
    type: "search", id: "filter", value: query.get("q") ?? "", placeholder: "name, state or decision",
    on: { input: () => (setQuery({ q: filter.value.trim() }), search()) },
  });
  fill(root,
    h("div", { class: "title-line" }, h("h1", {}, "Models"), h("label", { for: "filter" }, "Filter "), filter, found),
    list);

  // Only what can be seen is asked for and drawn: a hundred models cost no more than a screen of them.
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const row = rows.get(entry.target.dataset.model);
      row.isVisible = entry.isIntersecting;
      if (row.isVisible) look(row);
    }
  }, { rootMargin: "100px" });
  signal.addEventListener("abort", () => observer.disconnect());

  function show(statuses) {
    const names = new Set(statuses.map((status) => status.model));
    for (const [name, row] of rows) {
      if (!names.has(name)) rows.delete(name), row.element.remove();
    }
    for (const status of statuses) {
      const row = rows.get(status.model) ?? add(status);
      row.update(status);
    }
    search();
  }

  function add(status) {
    const row = new Row(status);
    rows.set(status.model, row);
    list.append(row.element);
    observer.observe(row.element);
    return row;
  }

  function search() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows.values()) {
      row.element.hidden = !words.every((word) => row.words.includes(word));
      if (!row.element.hidden) shown += 1;
    }
    const whole = `${rows.size} ${rows.size === 1 ? "model" : "models"}`;
    const text = shown === rows.size ? whole : `${shown} of ${whole}`;
    if (found.textContent !== text) found.textContent = text;
  }

  async function look(row) {
    row.draw(live.history);
    await row.ask(signal);
  }

  async function refresh() {
    if (isRefreshing) return;
    isRefreshing = true;
    try {
      show((await get("models", {}, signal)).models);
      for (const row of rows.values()) {
        if (row.isVisible && !signal.aborted) await row.ask(signal);
      }
    } catch (error) {
      // The bar says when the gateway is away; the next round asks again.
      if (error instanceof TypeError) console.error(error);
    } finally {
      isRefreshing = false;
    }
  }

  if (models.length === 0) list.append(h("p", {}, "No model is served: the model repository is empty."));
  show(models);
  live.subscribe((figures) => {
    for (const row of rows.values()) if (row.isVisible) row.draw(live.history);
    const isBehind = ([name, model]) => rows.get(name)?.revision < model.revision;
    if (figures ? Object.entries(figures.models).some(isBehind) : live.isConnected && isLost) refresh();
    isLost = !live.isConnected;
  }, signal);
  const timer = setInterval(refresh, refreshTime);
  signal.addEventListener("abort", () => clearInterval(timer));
}

/** One model on the page. */
class Row {
  isVisible = false;
  words = "";
  #status;
  #gate = null;
  #trial = null;
  #charts = null;
  #key = null;
  #state = h("div", {});
  #place = h("div", {});

  constructor(status) {
    const { model } = status;
    this.element = h("article", { class: "panel", "aria-label": model, "data-model": model }, this.#state, this.#place);
  }

  get revision() {
    return this.#status.revision;
  }

  update(status) {
    this.#status = status;
    if (chartKey(status) !== this.#key) {
      this.#key = chartKey(status);
      this.#charts = modelCharts(status);
      fill(this.#place, this.#charts.element);
    }
    this.#show();
  }

  draw(history) {
    this.#charts.draw(history);
  }

  /** What the list of models does not say: the gate's word about a candidate, the health of a standby. */
  async ask(signal) {
    const { model, release, promotion } = this.#status;
    try {
      this.#gate = release?.kind === "candidate" ? await get(`/gate/${segment(model)}`, { always: 200 }, signal) : null;
      this.#trial = promotion ? await get(`models/${segment(model)}/trial`, {}, signal) : null;
    } catch (error) {
      // The view was left, or the bar says that what is shown is old.
      if (error.name === "AbortError" || error instanceof Unreachable) return;
      if (!(error instanceof ApiError)) throw error;
      this.#gate = this.#trial = null;
    }
    this.#show();
  }

  #show() {
    const status = this.#status;
    const base = `/ui/models/${segment(status.model)}`;
    const decision = this.#gate?.decision;
    const fact = (name, ...value) => [h("dt", {}, name), h("dd", {}, ...value)];
    morph(this.#state, h("div", {},
      h("div", { class: "title-line" },
        h("h2", {}, h("a", { href: base }, status.model)), h("span", {}, answerer(status)),
        h("nav", { class: "push", "aria-label": `Pages of ${status.model}` },
          ["Explore", "Act", "History"].map((name) => h("a", { href: `${base}/${name.toLowerCase()}` }, name)))),
      h("div", { class: "state" },
        slotsTable(status),
        h("dl", { class: "facts-list" },
          fact("Gate", decision ? decisionBadge(decision) : "–", " ", this.#gate?.verdict.reasons[0] ?? (
            status.release?.kind === "candidate" ? "" : "no candidate is on trial")),
          fact("Release", releaseText(status)),
          fact("Traffic", trafficText(status)),
          fact("Rollback", rollbackState(status, this.#trial).text)))));
    const slots = status.slots.map((slot) => `${slot.slot} ${slot.role} ${slot.state} version ${slot.version}`);
    this.words = [status.model, ...slots, decision, status.promotion && "promoted"].join(" ").toLowerCase();
  }
}
