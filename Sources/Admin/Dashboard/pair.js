// One request, and what both versions answered.

import { ApiError, Unreachable, get, post, segment as part } from "./api.js";
import { announce, fill, h } from "./dom.js";
import { count, duration, number, time } from "./format.js";
import { input, output, toleranceBadge } from "./pair-outputs.js";
import { difference, excerpt, styles } from "./texts.js";

const neighbours = 8;
const modes = { full: "as it was", redacted: "after redaction", hash: "as hashes", off: "not at all" };

export async function view({ root, params, signal, navigate }) {
  await styles("/assets/explore.css");
  const api = `models/${part(params.model)}`;
  const base = `/ui/models/${part(params.model)}`;
  const pair = await get(`${api}/pairs/${part(params.id)}`, {}, signal);
  if (signal.aborted) return;
  const { summary, outputs, inputs } = pair;
  const near = h("section", { "aria-label": "Neighbours" }, h("h2", {}, "Neighbours"), h("p", {}, "Loading…"));
  const said = h("span", { role: "status", class: "quiet" });
  const go = (direction) => toDiverged({ api, base, summary, direction, said, signal, navigate });
  fill(root,
    h("h1", {}, "Pair ", summary.requestID ? excerpt(summary.requestID, 120) : summary.id, " ",
      toleranceBadge(summary.diverged)),
    h("p", { class: "between" },
      h("button", { on: { click: () => go("newer") } }, "← Newer diverged pair"),
      h("button", { on: { click: () => go("older") } }, "Older diverged pair →"),
      h("span", { class: "quiet" }, "The arrow keys ← and → do the same."), said,
      h("a", { href: `${base}/explore?release=${summary.release}&diverged=1` }, "All diverged pairs")),
    figures(pair, base),
    h("h2", {}, "Answers"),
    outputs.length > 0 ? outputs.map((result) => output(result, summary.noise !== undefined))
      : h("p", {}, "No answer of either side is kept."),
    h("h2", {}, "Request"),
    h("div", { class: "panel" }, inputs.length > 0 ? inputs.map(input) : h("p", {}, "Nothing of the request is kept.")),
    near);
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.target.closest?.("input, select, textarea, pre, dialog")) return;
    const direction = { ArrowLeft: "newer", ArrowRight: "older" }[event.key];
    if (!direction) return;
    event.preventDefault();
    go(direction);
  }, { signal });
  // The page is complete without: neighbours may take longer than the pair itself.
  showNeighbours(near, { api, base, summary, signal });
}

function figures({ summary, mode }, base) {
  const hasNoise = summary.noise !== undefined;
  const row = (name, ...cells) => h("tr", {}, h("th", { scope: "row" }, name), cells.map((cell) => h("td", {}, cell)));
  const noise = (cell) => (hasNoise ? [cell] : []);
  const outcome = (which) => (which === "answered" ? which : h("span", { class: "bad" }, `✕ ${which}`));
  return h("div", { class: "panel columns" },
    h("table", {},
      h("thead", {}, h("tr", {}, h("td", {}), h("th", { scope: "col" }, "Live"), h("th", { scope: "col" }, "Candidate"),
        hasNoise && h("th", { scope: "col" }, "Live, asked again"))),
      h("tbody", {},
        row("Outcome", outcome(summary.live), outcome(summary.candidate), ...noise(hasNoise && outcome(summary.noise))),
        row("Model run", duration(summary.liveNanoseconds / 1e9), duration(summary.candidateNanoseconds / 1e9),
          ...noise(summary.noiseNanoseconds === undefined ? "–" : duration(summary.noiseNanoseconds / 1e9))),
        row("Divergence from live", "–", number(summary.divergence), ...noise(number(summary.noiseDivergence))))),
    h("table", {}, h("tbody", {},
      row("Request", summary.requestID ? h("code", {}, excerpt(summary.requestID, 300)) : "without an id"),
      row("Segments", summary.segments.length === 0 ? "none"
        : summary.segments.map((entry) => segmentLink(entry, summary, base))),
      row("Complete", `${time(summary.id)} (pair ${summary.id})`),
      row("Kept", modes[mode] ?? mode),
      summary.reason && row("Reason", h("span", { class: "bad excerpt" }, excerpt(summary.reason, 500))))));
}

function segmentLink({ key, value }, { release }, base) {
  const query = new URLSearchParams({ segment: `${key}=${value}`, release });
  return [h("a", { href: `${base}/explore?${query}` }, excerpt(`${key}=${value}`, 120)), " "];
}

async function showNeighbours(place, { api, base, summary, signal }) {
  const title = h("h2", {}, "Neighbours");
  try {
    const body = { pair: summary.id, in: "requests", limit: neighbours + 1 };
    const { hits, note } = await post(`${api}/search`, body, { signal });
    const others = hits.filter((hit) => hit.pair.id !== summary.id).slice(0, neighbours);
    const like = (where, text) => h("a", { href: `${base}/explore?like=${summary.id}&in=${where}` }, text);
    fill(place, title,
      others.length > 0 ? table(others, base) : h("p", {}, note ? `There are none: ${note}.` : "There are none."),
      h("p", {}, "More like this, by ", like("requests", "request"), ", ", like("candidate", "candidate's answer"),
        ", ", like("change", "what the candidate changed")));
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof ApiError || error instanceof Unreachable)) throw error;
    fill(place, title, h("p", {}, `Nothing to show here: ${error.message}.`));
  }
}

function table(hits, base) {
  const names = ["Request", "Live", "Candidate", "Difference"];
  return h("table", {}, h("caption", {}, "Requests like this one, the most like first; similarity is a cosine"),
    h("thead", {}, h("tr", {}, names.map((name) => h("th", { scope: "col" }, name)),
      ["Divergence", "Similarity", "Pairs"].map((name) => h("th", { scope: "col", class: "number" }, name)))),
    h("tbody", {}, hits.map((hit) => h("tr", {},
      h("td", { class: "excerpt" },
        h("a", { href: `${base}/pairs/${hit.pair.id}` }, excerpt(hit.request, 160) || `pair ${hit.pair.id}`)),
      h("td", { class: "excerpt" }, excerpt(hit.live, 70)), h("td", { class: "excerpt" }, excerpt(hit.candidate, 70)),
      h("td", { class: "excerpt" }, difference(hit)),
      h("td", { class: "number" }, number(hit.pair.divergence),
        hit.pair.diverged && h("div", { class: "bad" }, "▲ diverged")),
      h("td", { class: "number" }, number(hit.similarity)), h("td", { class: "number" }, count(hit.pairs))))));
}

async function toDiverged({ api, base, summary, direction, said, signal, navigate }) {
  try {
    const find = direction === "older" ? older : newer;
    const id = await find(api, summary, signal);
    if (signal.aborted) return;
    if (id) return void navigate(`${base}/pairs/${id}`);
    fill(said, `There is no ${direction} diverged pair in this trial.`);
    announce(said.textContent);
  } catch (error) {
    if (!signal.aborted) fill(said, error.message);
  }
}

const diverged = (api, query, signal) => get(`${api}/pairs`, { diverged: "true", ...query }, signal);

async function older(api, { id, release }, signal) {
  const { pairs } = await diverged(api, { release, before: id, limit: 1 }, signal);
  return pairs[0]?.id;
}

/**
 * The list goes from the newest backwards, so the pair next to this one is the last of a short while; of a longer and
 * longer one until something is in it. An id is the microsecond in which its pair was complete.
 */
async function newer(api, { id, release }, signal) {
  const now = Date.now() * 1000 + 60e6;
  for (let span = 1e6; ; span *= 8) {
    let query = { release, from: id + 1, until: Math.min(id + 1 + span, now), limit: 1000 };
    let last = null;
    // A second holds more than a page only at thousands of diverged pairs a second.
    for (let page = 0; page < 20 && query; page += 1) {
      const { pairs, next } = await diverged(api, query, signal);
      last = pairs.at(-1)?.id ?? last;
      query = next ? { ...query, before: next } : null;
    }
    if (last) return last;
    if (id + span >= now) return null;
  }
}
