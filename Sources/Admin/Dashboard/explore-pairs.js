// The table of pairs: a page of the list, or the hits of a search.

import { fill, h } from "./dom.js";
import { ago, count, number, time } from "./format.js";
import { brief, difference, excerpt } from "./texts.js";

const shownFirst = 25;

/** `point(id or null)` shows a pair on the map. */
export function pairTable({ model, briefs, signal, point }) {
  const element = h("div", { class: "pairs" });
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      entry.target.tell();
    }
  }, { rootMargin: "200px" });
  signal.addEventListener("abort", () => seen.disconnect());
  const context = { model, briefs, signal, point, seen };
  return {
    element,
    list(pairs) {
      seen.disconnect();
      fill(element, table(pairs.map((pair) => listed(pair, context)), ["When", "Request", "Live", "Candidate",
        "Difference"], ["Divergence"], "Pairs of the trial"));
    },
    hits(hits) {
      seen.disconnect();
      const rows = hits.slice(0, shownFirst).map((hit) => found(hit, context));
      const more = hits.length > shownFirst && h("button", {
        on: {
          click: () => {
            const rest = hits.slice(shownFirst).map((hit) => found(hit, context));
            element.querySelector("tbody").append(...rest);
            more.remove();
            rest[0].querySelector("a").focus();
          },
        },
      }, `Show all ${count(hits.length)}`);
      fill(element, table(rows, ["Request", "Live", "Candidate", "Difference"], ["Divergence", "Similarity", "Pairs"],
        "Distinct contents, the most like first; each is shown by its most divergent pair. Similarity is a cosine: 1 "
        + "means the same"), more);
    },
    message(...children) {
      seen.disconnect();
      fill(element, h("p", {}, children));
    },
  };
}

function table(rows, texts, numbers, caption) {
  return h("table", {}, h("caption", {}, caption),
    h("thead", {}, h("tr", {}, texts.map((name) => h("th", { scope: "col" }, name)),
      numbers.map((name) => h("th", { scope: "col", class: "number" }, name)))),
    h("tbody", {}, rows));
}

const link = (model, pair, text) => h("a", { href: `/ui/models/${encodeURIComponent(model)}/pairs/${pair.id}` },
  text || pair.requestID && excerpt(pair.requestID, 60) || `pair ${pair.id}`);

const outcome = (which) => (which === "answered" ? null : h("span", { class: "badge bad" }, which));

const divergence = (pair) => h("td", { class: "number" }, number(pair.divergence),
  pair.diverged && h("div", { class: "bad" }, "▲ diverged"));

function onRow(row, id, { point }) {
  row.addEventListener("mouseenter", () => point(id));
  row.addEventListener("mouseleave", () => point(null));
  row.addEventListener("focusin", () => point(id));
  row.addEventListener("focusout", () => point(null));
  return row;
}

/** The list holds no contents: those of a row are fetched when it comes into sight. */
function listed(pair, context) {
  const cells = [link(context.model, pair), outcome(pair.live), outcome(pair.candidate), null]
    .map((child) => h("td", { class: "excerpt" }, child ?? "…"));
  const row = h("tr", {}, h("td", { title: time(pair.id), class: "when" }, ago(pair.id)), cells, divergence(pair));
  row.tell = async () => {
    const full = await context.briefs.get(pair.id, () => row.isConnected);
    if (context.signal.aborted) return;
    const texts = full && brief(full);
    cells.forEach((cell, index) => {
      // The link that has the focus stays.
      const focused = cell.contains(document.activeElement) && document.activeElement;
      if (focused) return void fill(focused, texts?.request ?? focused.textContent);
      const text = texts?.[["request", "live", "candidate", "difference"][index]] ?? "not kept any more";
      fill(cell, index === 0 ? link(context.model, pair, texts?.request)
        : [index < 3 && outcome(pair[["live", "candidate"][index - 1]]), " ", text]);
    });
  };
  context.seen.observe(row);
  return onRow(row, pair.id, context);
}

function found(hit, context) {
  const { pair } = hit;
  return onRow(h("tr", {},
    h("td", { class: "excerpt" }, link(context.model, pair, excerpt(hit.request, 200))),
    h("td", { class: "excerpt" }, outcome(pair.live), " ", excerpt(hit.live, 70)),
    h("td", { class: "excerpt" }, outcome(pair.candidate), " ", excerpt(hit.candidate, 70)),
    h("td", { class: "excerpt" }, difference(hit)),
    divergence(pair),
    h("td", { class: "number" }, hit.similarity === undefined ? h("span", { class: "quiet" }, "words only")
      : [number(hit.similarity), hit.matchesWords && h("div", { class: "quiet" }, "and words")]),
    h("td", { class: "number" }, count(hit.pairs))), pair.id, context);
}
