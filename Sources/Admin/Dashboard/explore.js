// What the candidate answers otherwise, and where: the map, the slices, search by meaning, and the pairs themselves.

import { ApiError, Unreachable, download, get, post, segment as part, url } from "./api.js";
import { Briefs } from "./briefs.js";
import { announce, fill, h } from "./dom.js";
import { searchForm } from "./explore-form.js";
import { requestMap } from "./explore-map.js";
import { pairTable } from "./explore-pairs.js";
import { sliceList } from "./explore-slices.js";
import { count, time } from "./format.js";
import { excerpt, styles } from "./texts.js";

const keys = ["q", "like", "in", "precision", "words", "slice", "diverged", "outcome", "segment", "release", "order",
  "before"];
const page = 25;

export async function view(context) {
  await styles("/assets/explore.css");
  if (!context.signal.aborted) await new Explore(context).start();
}

const isAnswer = (error) => error instanceof ApiError || error instanceof Unreachable;

class Explore {
  constructor({ root, params, query, signal, navigate, setQuery }) {
    Object.assign(this, { root, signal, setQuery, model: params.model });
    this.api = `models/${part(params.model)}`;
    this.state = Object.fromEntries(keys.map((key) => [key, query.get(key) || null]));
    const open = (id) => navigate(`/ui/models/${part(this.model)}/pairs/${id}`);
    const briefs = new Briefs(this.model, signal);
    this.map = requestMap({ signal, open, briefs });
    this.table = pairTable({ model: this.model, briefs, signal, point: (id) => this.map.point(id) });
    this.form = searchForm({ change: (changes) => this.change(changes) });
    this.mapPlace = h("section", { class: "panel", "aria-label": "Map" });
    this.slicePlace = h("section", { class: "panel", "aria-label": "Slices" });
    this.summary = h("p", { role: "status" });
    this.marked = h("span", {});
    this.pages = h("p", { class: "pages" });
    this.newer = [];
  }

  async start() {
    const releases = await get(`${this.api}/releases`, {}, this.signal);
    // Asked without one, the API looks at whichever trial has pairs, and at the pairs of all: not what the page says.
    this.newest = releases.releases[0]?.id ?? null;
    fill(this.root,
      h("h1", {}, excerpt(this.model, 80), ": explore"),
      this.releases(releases.releases),
      this.form.element,
      h("div", { class: "explore" }, this.mapPlace, this.slicePlace),
      h("section", { "aria-label": "Pairs" }, h("h2", {}, "Pairs"), this.summary, this.table.element, this.pages),
      this.exports());
    this.form.show(this.state);
    await this.reload();
  }

  /** The trial that the page is about. */
  get release() {
    return this.state.release ?? this.newest;
  }

  releases(releases) {
    if (releases.length === 0) {
      return h("p", {}, "There has been no trial of this model yet. One begins when its second slot holds a version "
        + "that is ready: ", h("a", { href: `/ui/models/${part(this.model)}/act` }, "load a candidate"), ".");
    }
    const name = ({ id, live, candidate, end, pairs }) => `version ${candidate.version} against ${live.version}, since `
      + `${time(id)}, ${end ? end.replace("_", " ") : "running"}, ${count(pairs)} pairs`;
    const select = h("select", { id: "release", on: { change: () => this.changeRelease(select.value) } },
      releases.map((release, index) => h("option", { value: index === 0 ? "" : release.id }, name(release))));
    select.value = this.state.release ?? "";
    return h("p", {}, h("label", { for: "release" }, "Trial "), select, " ",
      h("button", { on: { click: () => this.start().then(() => announce("loaded again")) } }, "Load again"));
  }

  exports() {
    const said = h("span", { role: "status" });
    const save = async (path, query, name) => {
      fill(said, "The file is being made…");
      try {
        await download(url(`${this.api}/${path}`, { release: this.release, ...query }), name);
        fill(said, "Saved as ", name);
      } catch (error) {
        if (!this.signal.aborted) fill(said, error.message);
      }
    };
    return h("section", { "aria-label": "Export" }, h("h2", {}, "Export"), h("p", {},
      h("button", { on: { click: () => save("vectors", { limit: 10_000 }, `${this.model}-vectors.npz`) } },
        "Vectors of the newest 10,000 pairs (.npz)"), " ",
      h("button", { on: { click: () => save("requests", { limit: 1000 }, `${this.model}-requests.jsonl`) } },
        "Kept requests, the first 1,000 (.jsonl)"), " ", said));
  }

  change(changes) {
    if (!("before" in changes)) changes.before = null;
    if (changes.before === null) this.newer = [];
    Object.assign(this.state, changes);
    this.setQuery(changes);
    this.form.show(this.state);
    this.slices?.select(this.state.slice);
    return this.loadPairs();
  }

  changeRelease(release) {
    // A slice belongs to its trial.
    Object.assign(this.state, { release: release || null, slice: null, before: null });
    this.setQuery({ release: release || null, slice: null, before: null });
    this.form.show(this.state);
    return this.reload();
  }

  reload() {
    return Promise.all([this.loadMap(), this.loadSlices().then(() => this.loadPairs())]);
  }

  async loadMap() {
    const title = h("h2", {}, "Map of requests");
    try {
      const { map } = await get(`${this.api}/map`, { release: this.release }, this.signal);
      if (!map) return void fill(this.mapPlace, title, h("p", {}, "There are too few requests for a map yet."));
      fill(this.mapPlace, title, this.map.element);
      this.map.show(map);
      this.mark();
    } catch (error) {
      this.excuse(error, this.mapPlace, title, "There is no map");
    }
  }

  async loadSlices() {
    const title = h("h2", {}, "Slices by excess divergence");
    this.slices = null;
    try {
      const slices = await get(`${this.api}/slices`, { release: this.release }, this.signal);
      const choose = (id) => this.change({ slice: id });
      this.slices = sliceList({ model: this.model, document: slices, choose });
      fill(this.slicePlace, title, this.slices.element);
      this.slices.select(this.state.slice);
    } catch (error) {
      this.excuse(error, this.slicePlace, title, "There are no slices");
    }
  }

  /** Search may be off, or not there yet: that is a state, and the table below works without it. */
  excuse(error, place, title, what) {
    if (this.signal.aborted) return;
    if (!isAnswer(error)) throw error;
    fill(place, title, h("p", {}, `${what}: ${error.message}.`));
  }

  async loadPairs() {
    this.loading?.abort();
    this.loading = new AbortController();
    const signal = AbortSignal.any([this.signal, this.loading.signal]);
    fill(this.pages);
    fill(this.summary, "Loading…");
    try {
      const { q, like, slice } = this.state;
      await (q || like || slice ? this.search(signal) : this.list(signal));
    } catch (error) {
      if (signal.aborted) return;
      if (!isAnswer(error)) throw error;
      fill(this.summary);
      this.hits = null;
      this.table.message(h("span", { class: "bad" }, "✕ "), error.message);
    }
    if (!signal.aborted) this.mark();
  }

  async list(signal) {
    const { diverged, outcome, segment, order, before } = this.state;
    const query = { release: this.release, diverged: diverged && "true", outcome, segment, order, limit: page };
    if (order !== "divergence") query.before = before;
    const { pairs, next } = await get(`${this.api}/pairs`, query, signal);
    this.hits = null;
    if (pairs.length === 0) {
      fill(this.summary);
      return void this.table.message("No pair is like that. Pairs come when live traffic is mirrored to a candidate.");
    }
    this.table.list(pairs);
    fill(this.summary, order === "divergence" ? `The ${count(pairs.length)} most divergent pairs.`
      : `${count(pairs.length)} pairs, ${before ? "older ones" : "the newest"} first to last.`);
    const go = (text, changes) => h("button", { on: { click: () => this.change(changes) } }, text);
    fill(this.pages,
      order !== "divergence" && before && go("Newest pairs", { before: null }), " ",
      this.newer.length > 0 && h("button", { on: { click: () => this.turnBack() } }, "Newer pairs"), " ",
      order !== "divergence" && next && h("button", { on: { click: () => this.turn(next) } }, "Older pairs"));
  }

  turn(next) {
    this.newer.push(this.state.before);
    return this.change({ before: String(next) });
  }

  turnBack() {
    const before = this.newer.pop();
    const kept = this.newer;
    const done = this.change({ before });
    this.newer = kept;
    return done;
  }

  async search(signal) {
    const { q, like, slice, diverged, outcome, segment, precision, words } = this.state;
    // A slice alone is looked through from its most typical request on.
    const typical = !q && !like ? this.slices?.find(slice)?.examples[0] : null;
    if (!q && !like && !typical) {
      return void (fill(this.summary), this.table.message("This slice is not among those of this trial (any more)."));
    }
    const body = { in: this.state.in ?? "requests", limit: 200 };
    if (q) Object.assign(body, { text: q, precision: precision ?? "auto" });
    else body.pair = Number(like ?? typical);
    if (words === "0" && q) body.words = false;
    if (diverged) body.diverged = true;
    if (outcome) body.outcome = outcome;
    if (segment) body.segment = segment;
    if (slice) body.slice = slice;
    if (this.release) body.release = Number(this.release);
    const result = await post(`${this.api}/search`, body, { signal });
    this.hits = result.hits.map((hit) => hit.pair.id);
    if (result.hits.length === 0) this.table.message(result.note ? `${result.note}.` : "Nothing was found.");
    else this.table.hits(result.hits);
    fill(this.summary, this.say(result), this.marked);
  }

  say({ hits, slices, searched, backlog, note, embedder }) {
    const { q, like, slice } = this.state;
    const drop = (text, changes) => h("button", { on: { click: () => this.change(changes) } }, text);
    const pair = () => [" like ", h("a", { href: `/ui/models/${part(this.model)}/pairs/${like}` }, `pair ${like}`), " ",
      drop("all pairs", { like: null })];
    return [
      `${count(hits.length)} distinct ${hits.length === 1 ? "content" : "contents"}`,
      q ? ` like “${excerpt(q, 60)}”` : like ? pair() : " from the most typical on",
      slice && [` in ${this.slices?.name(slice) ?? `slice ${slice}`} `, drop("all traffic", { slice: null })],
      `, of ${count(searched)} pairs that pass the filter.`,
      hits.length === 200 && " More than these are not shown.",
      embedder && h("span", { class: "quiet" }, ` Ranked by ${embedder.name}.`),
      note && hits.length > 0 && ` ${note}.`,
      backlog > 0 && h("span", { class: "quiet" }, ` ${count(backlog)} newer pairs are not searched yet.`),
      !slice && slices.length > 0 && [" They lie in ", slices.slice(0, 4).map((entry) => [
        h("button", { on: { click: () => this.change({ slice: entry.id }) } },
          `${this.slices?.name(entry.id) ?? excerpt(entry.label, 60)} (${count(entry.hits)})`), " "])],
    ];
  }

  /** What was found is highlighted; a request that was repeated lies there once for all. */
  mark() {
    const onMap = this.map.mark(this.hits ?? null);
    fill(this.marked, this.hits && onMap > 0 && ` ${count(onMap)} of them are ringed on the map.`);
  }
}
