// Times of both sides, outcomes, coverage, segments and the worst pairs of a trial.

import { latencyChart } from "./chart-distribution.js";
import { h } from "./dom.js";
import { count, duration, number, time } from "./format.js";
import { counted } from "./trial-outputs.js";
import { drop, explore, line, percentage, prose, sentence, share } from "./trial-text.js";

const head = (name, isNumber = true) => h("th", { scope: "col", class: isNumber && "number" }, name);
const figure = (...content) => h("td", { class: "number" }, ...content);
const microseconds = (value) => duration(value / 1e6);

function section(id, title, ...content) {
  return h("section", { id, tabindex: -1, class: "panel", "aria-labelledby": `${id}-title`, "data-key": id },
    h("h2", { id: `${id}-title` }, title), ...content);
}

// MARK: Latency

export function latencySection({ trial, curves, curvesAt, slowFailure, role }) {
  const { live, candidate } = trial.release;
  const leg = (name, line, slot, quantiles, steps) => ({ name, line, slot, quantiles, steps: steps ?? [] });
  const legs = [
    leg("live", "live", live.slot, trial.latency.live, curves?.live),
    leg(role, "candidate", candidate.slot, trial.latency.candidate, curves?.candidate),
    leg("live again", "again", live.slot, trial.latency.noise, curves?.noise),
  ].filter(({ quantiles }) => quantiles.count > 0);
  if (legs.length === 0) return section("latency", "Latency", h("p", {}, "There are no times yet."));
  const chart = curves && latencyChart(legs);
  const failure = slowFailure && `New ones could not be fetched: ${sentence(slowFailure)}`;
  return section("latency", "Latency",
    h("p", {}, ratios(trial.latency, role)),
    chart ? h("figure", {}, chart, h("figcaption", {}, "Share of answers in each step of 12 % of time, logarithmic. " +
      "Disc: median; diamond: p99. The axis ends where all but one in a thousand have answered. Curves as of " +
      `${time(curvesAt)}. `, failure))
      : h("p", { class: "quiet" }, failure ?? "The curves are being fetched."),
    h("table", {},
      h("thead", {}, h("tr", {}, head("Leg", false),
        ["Answers", "Mean", "p50", "p90", "p99", "p99.9", "Largest"].map((name) => head(name)))),
      h("tbody", {}, legs.map(({ name, quantiles }) => h("tr", {},
        h("th", { scope: "row" }, name), figure(count(quantiles.count)),
        ["mean", "p50", "p90", "p99", "p999", "max"].map((key) => figure(microseconds(quantiles[key]))))))));
}

function ratios({ candidateByNoise: fair, candidateByLive: hot }, role) {
  const times = ({ mean }) => `×${number(mean)}`;
  return [
    "Times are of the model's run alone. ",
    fair && [`The ${role} takes `, h("strong", {}, times(fair)),
      ` the time of live asked again: the fair comparison, both are mirrored runs (${count(fair.count)} pairs). `],
    hot && `It takes ${times(hot)} the time of the live answer, which was given on the hot path (${count(hot.count)} ` +
      "pairs).",
  ];
}

// MARK: Outcomes

const outcomes = ["answered", "invalid", "error", "timeout"];

export function outcomesSection(shown) {
  const { live, candidate, noise, candidateReasons } = shown.trial.outcomes;
  const legs = [["live", live], [shown.role, candidate], ["live again", noise]];
  const cell = (counts, name, isLinked) => {
    const total = Object.values(counts).reduce((sum, value) => sum + value, 0);
    if (total === 0) return figure("–");
    const words = share(counts[name] ?? 0, total);
    if (!isLinked || !(counts[name] > 0) || name === "answered") return figure(words);
    const label = `${words} ${name}: see the pairs`;
    return figure(h("a", { href: explore(shown, { outcome: name }), "aria-label": label }, words));
  };
  return section("outcomes", "Outcomes",
    h("p", {}, "How each side's answers ended. A missing answer is a failure, not a gap: such pairs count."),
    h("table", {},
      h("thead", {}, h("tr", {}, head("Leg", false), outcomes.map((name) => head(name)))),
      h("tbody", {}, legs.map(([name, counts]) => h("tr", {},
        h("th", { scope: "row" }, name), outcomes.map((outcome) => cell(counts, outcome, counts === candidate)))))),
    counted(`Why the ${shown.role} did not answer`, candidateReasons));
}

// MARK: Coverage

export function coverageSection({ trial: { coverage, captureProblem } }) {
  const { counts } = coverage;
  const row = (name, value, meaning, isShare = true) => h("tr", { "data-key": String(name) },
    h("th", { scope: "row" }, name), figure(count(value)),
    figure(isShare && counts.sampled > 0 ? percentage(value / counts.sampled) : "–"), h("td", {}, meaning));
  const dropped = Object.entries(counts.dropped).sort((one, other) => other[1] - one[1]);
  return section("coverage", "Coverage and drops",
    coverage.isUnderPressure && h("p", { class: "warn" },
      "The data plane is busy: the mirrored leg gives way, so fewer requests are mirrored."),
    captureProblem && h("p", { class: "warn" }, "Pairs cannot be stored now: ", prose(captureProblem)),
    bar(counts),
    h("table", {},
      h("thead", {}, h("tr", {}, head("Requests", false), head("Count"), head("Share"), head("What it means", false))),
      h("tbody", {},
        row("Sampled", counts.sampled, "requests that the share chose to be mirrored"),
        row("Paired", counts.paired, "became a pair, whatever was answered"),
        row("Compared", coverage.compared, "both versions answered"),
        dropped.map(([reason, value]) => row(`Dropped: ${line(reason)}`, value, drop(reason))),
        row("Pending", counts.pending, "waiting or running"),
        row("Opted out", counts.optedOut, "the client asked not to be mirrored; not sampled", false))));
}

/** What became of the sampled requests: filled, filled with an outline, and empty. */
function bar(counts) {
  const dropped = Object.values(counts.dropped).reduce((sum, value) => sum + value, 0);
  const parts = [
    ["paired", counts.paired, { fill: "var(--accent)" }],
    ["dropped", dropped, { fill: "var(--bad)", stroke: "var(--text)" }],
    ["pending", counts.pending, { fill: "none", stroke: "var(--quiet)" }],
  ].filter(([, value]) => value > 0);
  const total = parts.reduce((sum, [, value]) => sum + value, 0);
  if (total === 0) return null;
  let x = 0;
  const described = parts.map(([name, value]) => `${name} ${percentage(value / total)}`).join(", ");
  return h("figure", {},
    h("svg", {
      viewBox: "0 0 860 16", preserveAspectRatio: "none", role: "img", "aria-label": `Sampled requests: ${described}`,
      style: { width: "100%", height: "16px", display: "block" },
    },
      parts.map(([, value, style]) => {
        const width = (value / total) * 860;
        x += width;
        return h("rect", { x: x - width, y: 1, width, height: 14, style });
      })),
    h("figcaption", {}, `Of the sampled requests: ${described}.`));
}

// MARK: Segments

const excess = ({ meanDivergence, meanNoise }) => meanDivergence - (meanNoise ?? 0);

export function segmentsSection(shown) {
  const { trial: { segments }, slices } = shown;
  const sorted = [...segments].sort((one, other) => excess(other) - excess(one) || other.pairs - one.pairs);
  return section("segments", "Segments",
    segments.length === 0
      ? h("p", {}, "The manifest declares no segments, or no request had one.")
      : [
        h("p", {}, "Parts of the traffic that the manifest declares, those that diverge most beyond noise first."),
        segmentTable(shown, sorted.slice(0, 20)),
        sorted.length > 20 && h("details", { "data-key": "more" },
          h("summary", {}, `${count(sorted.length - 20)} more segments diverge less`),
          segmentTable(shown, sorted.slice(20, 220))),
      ],
    slices.length > 0 && [
      h("h3", {}, "Slices that search has found"),
      h("ul", {}, slices.slice(0, 5).map((slice) => h("li", { "data-key": slice.id },
        h("a", { href: explore(shown, { slice: slice.id }) }, line(slice.label, 160)),
        ` ${count(slice.support)} pairs, divergence ${number(slice.inside.divergence)} against `,
        `${number(slice.outside.divergence)} elsewhere`,
        slice.confirmed ? ", confirmed" : ", not confirmed yet"))),
    ]);
}

function segmentTable(shown, segments) {
  return h("table", {},
    h("thead", {}, h("tr", {}, head("Segment", false),
      ["Pairs", "Diverged", "Divergence", "Noise", "Other class", "No answer"].map((name) => head(name)))),
    h("tbody", {}, segments.map((part) => {
      const name = `${part.segment.key}=${part.segment.value}`;
      return h("tr", { "data-key": name },
        h("th", { scope: "row" }, h("a", { href: explore(shown, { segment: name }) }, line(name, 140))),
        figure(count(part.pairs)), figure(share(part.diverged, part.compared)),
        figure(part.compared > 0 ? number(part.meanDivergence) : "–"), figure(number(part.meanNoise)),
        figure(share(part.flips, part.compared)), figure(count(part.candidateFailures)));
    })));
}

// MARK: Worst pairs

export function worstSection({ model, trial: { worst } }) {
  if (worst.length === 0) return null;
  return section("worst", "Worst pairs",
    h("ol", {}, worst.slice(0, 10).map((pair) => h("li", { "data-key": String(pair.id) },
      h("a", { href: `/ui/models/${encodeURIComponent(model)}/pairs/${pair.id}`, "aria-label": `Open pair ${pair.id}` },
        "Open"),
      " ", prose(line(pair.sentence, 300))))));
}
