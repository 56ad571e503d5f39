// Parts of the traffic in which the candidate's answers diverge more than elsewhere.

import { fill, h } from "./dom.js";
import { count, number, percent } from "./format.js";
import { excerpt, odds } from "./texts.js";

/** `choose(id or null)` selects one. Returns what is to be shown, and `select(id)`, which marks the selected one. */
export function sliceList({ model, document: slices, choose }) {
  const { findings, excerpts, coverage, backlog } = slices;
  const known = new Map(excerpts.map((entry) => [entry.id, entry]));
  const detail = h("div", { "aria-live": "polite" });
  const buttons = new Map();
  const rows = findings.slices.map((slice) => {
    const button = h("button", {
      class: "slice", "aria-pressed": "false", title: `slice ${slice.id}`,
      on: { click: () => choose(button.getAttribute("aria-pressed") === "true" ? null : slice.id) },
    }, name(slice, known));
    buttons.set(slice.id, button);
    return row(slice, button);
  });
  const element = h("div", {},
    rows.length > 0 ? table(rows) : h("p", {}, nothing(findings)),
    detail,
    coverage && h("p", { class: "quiet" }, `${count(coverage.covered)} of ${count(coverage.reference)} requests of `
      + "last week's trials have a like one in this trial."),
    h("p", { class: "quiet" }, explanation(findings, backlog)));
  return {
    element,
    find: (id) => findings.slices.find((slice) => slice.id === id),
    name: (id) => {
      const slice = findings.slices.find((candidate) => candidate.id === id);
      return slice ? name(slice, known) : `slice ${id}`;
    },
    select(id) {
      for (const [own, button] of buttons) button.setAttribute("aria-pressed", String(own === id));
      const slice = findings.slices.find((candidate) => candidate.id === id);
      fill(detail, slice && figures(slice, known, model));
    },
  };
}

/** A group of like requests is named by the request that is most typical of it. */
function name(slice, known) {
  const typical = /^requests like (\d+)$/.exec(slice.label);
  const entry = typical && known.get(Number(typical[1]));
  return entry ? `requests like “${excerpt(entry.request, 60)}”` : excerpt(slice.label, 120);
}

function table(rows) {
  return h("table", {},
    h("caption", {}, "Confirmed slices first, then by the least excess that is certain"),
    h("thead", {}, h("tr", {},
      h("th", { scope: "col" }, "Slice"), h("th", { scope: "col" }, "Excess divergence"),
      h("th", { scope: "col", class: "number when" }, "e-value"), h("th", { scope: "col", class: "number" }, "Pairs"))),
    h("tbody", {}, rows));
}

function row(slice, button) {
  const { mean, lower, upper, requests } = slice.excess;
  const segments = slice.segments.map((entry) => `${entry.key}=${entry.value}`);
  const words = [...segments, ...slice.terms.map((term) => term.word)].filter((word) => word !== slice.label);
  return h("tr", {},
    h("th", { scope: "row" }, button, " ",
      h("span", { class: `badge ${slice.confirmed ? "bad" : "quiet"}` }, slice.confirmed ? "✓ confirmed" : "found"),
      words.length > 0 && h("div", { class: "quiet" }, words.slice(0, 6).map((word) => excerpt(word, 40)).join(", "))),
    h("td", {}, h("div", {}, `${signed(mean)} (${signed(lower)} to ${signed(upper)})`), bar(slice.excess),
      h("div", { class: "quiet" }, `${count(requests)} held-out requests`)),
    h("td", { class: "number" }, odds(slice.eValue)),
    h("td", { class: "number" }, count(slice.support), h("div", { class: "quiet" }, percent(slice.share))));
}

const signed = (value) => `${value > 0 ? "+" : value < 0 ? "−" : ""}${number(Math.abs(value), 2)}`;

/** The interval on −1 to 1, with a line at no excess. */
function bar({ mean, lower, upper }) {
  const at = (value) => 70 + Math.max(-1, Math.min(1, value)) * 68;
  return h("svg", { width: 140, height: 14, viewBox: "0 0 140 14", class: "excess", "aria-hidden": "true" },
    h("line", { x1: 2, x2: 138, y1: 7, y2: 7, class: "axis" }),
    h("line", { x1: 70, x2: 70, y1: 1, y2: 13, class: "zero" }),
    h("line", { x1: at(lower), x2: at(upper), y1: 7, y2: 7, class: "interval" }),
    h("circle", { cx: at(mean), cy: 7, r: 3.5 }));
}

function figures(slice, known, model) {
  const rows = [["Mean divergence", "divergence", number], ["Diverged", "diverged", percent],
    ["Candidate failed", "candidateFailed", percent], ["Live failed", "liveFailed", percent]];
  const ids = [...new Set([...slice.mostDivergent.slice(0, 3), ...slice.examples.slice(0, 3)])];
  return h("div", { class: "detail" },
    h("table", {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Of pairs"),
        ["inside", "elsewhere"].map((where) => h("th", { scope: "col", class: "number" }, where)))),
      h("tbody", {}, rows.map(([title, key, format]) => h("tr", {}, h("th", { scope: "row" }, title),
        [slice.inside, slice.outside].map((side) => h("td", { class: "number" }, format(side[key]))))))),
    h("p", {}, "Most divergent and most typical: "),
    h("ul", {}, ids.map((id) => h("li", {}, h("a", { href: `/ui/models/${encodeURIComponent(model)}/pairs/${id}` },
      known.has(id) ? excerpt(known.get(id).request, 90) || `pair ${id}` : `pair ${id}`)))));
}

function nothing(findings) {
  if (findings.epoch === 0) {
    return `No slices yet: they are proposed from ${count(findings.nextEpoch)} distinct requests on; there are `
      + `${count(findings.requests)}.`;
  }
  return "No part of the traffic stands out: in none of those looked at "
    + `(${count(findings.proposedFrom)} distinct requests) is the candidate shown to diverge more than elsewhere.`;
}

function explanation(findings, backlog) {
  const waiting = backlog > 0 ? ` ${count(backlog)} pairs are not looked at yet.` : "";
  return `${count(findings.requests)} distinct requests in ${count(findings.pairs)} pairs, mean divergence `
    + `${number(findings.divergence)}. A confirmed slice is worse than the rest of the traffic by evidence that did `
    + `not propose it (of those confirmed together, at most ${percent(findings.alpha, 0)} are expected to be false). `
    + "One that is only found may be chance: look there, do not conclude. The interval holds at all times with 95 %; "
    + `the e-value is what betting against “no worse than elsewhere” has won.${waiting}`;
}
