// The verdict strip: may the candidate go live, why, what is missing, and each check as an interval against its margin.

import { interval, intervalPlaces } from "./chart-interval.js";
import { h } from "./dom.js";
import { count, time } from "./format.js";
import {
  bounds, line, meaning, missing, outlook, prose, question, rowsBehind, sentence, side, span, symbols, text, title,
  unit, wanted,
} from "./trial-text.js";

const decisions = { promote: "Promote", hold: "Hold", reject: "Reject" };
const blocking = (verdict) => verdict.checks.filter(({ enforcement }) => enforcement === "block");

/** `shown`: what trial.js has fetched. */
export function verdictStrip(shown) {
  const { verdict, trial } = shown;
  if (!verdict) return noVerdict(shown);
  const { decision } = verdict;
  return h("section", { class: ["panel", "verdict", decision], "aria-labelledby": "verdict", "data-key": "verdict" },
    h("h2", { id: "verdict", class: { promote: "good", hold: "warn", reject: "bad" }[decision] },
      h("span", { "aria-hidden": "true" }, `${symbols[decision]} `), decisions[decision]),
    h("p", { class: "answer" }, answer(verdict, trial.isRunning), " ", consequence(decision, trial)),
    h("div", { class: "columns" },
      h("div", {}, h("h3", {}, "Why"), reasons(verdict, shown)),
      h("div", {}, h("h3", {}, "What is missing"), missingList(verdict))),
    facts(shown),
    trial.isRunning && trial.release.kind === "candidate" && h("p", {},
      h("a", { href: `/ui/models/${encodeURIComponent(shown.model)}/act` },
        decision === "promote" ? "Go on to the cutover" : "What can be done now")));
}

function noVerdict({ problem }) {
  return h("section", { class: "panel verdict none", "aria-labelledby": "verdict", "data-key": "verdict" },
    h("h2", { id: "verdict" }, "No verdict"),
    h("p", { class: "answer" }, problem ? sentence(problem) : "The verdict is being formed."));
}

function answer(verdict, isRunning) {
  const checks = blocking(verdict);
  const number = (state) => checks.filter((check) => check.state === state).length;
  const passing = `${number("pass")} of ${checks.length} blocking checks pass.`;
  if (checks.length === 0) return "No check blocks.";
  if (verdict.decision === "promote") return `Yes. ${passing}`;
  if (verdict.decision === "hold") return `${isRunning ? "Not yet" : "Undecided"}. ${passing}`;
  const failed = number("fail");
  return failed === 0 ? "No." : `No. ${failed} of ${checks.length} blocking checks ${failed === 1 ? "fails" : "fail"}.`;
}

/** What the decision means for somebody who approves. */
function consequence(decision, { release, isRunning }) {
  const candidate = side(release.candidate);
  if (!isRunning) return "This trial has ended: nothing is cut over by it any more.";
  if (release.kind === "standby") {
    return `This is said of ${candidate}, which is kept for a rollback; a rollback never waits for it.`;
  }
  if (decision === "promote") {
    return `The evidence is that ${candidate} is not worse than the policy allows. A promotion would be let through.`;
  }
  if (decision === "hold") {
    return "Too little is shown yet, neither good nor bad. A promotion is refused until every blocking check passes, " +
      "unless it is forced with a reason.";
  }
  return `The evidence is that ${candidate} is worse than the policy allows. A promotion is refused, unless it is ` +
    "forced with a reason.";
}

function reasons({ reasons: given, checks }, shown) {
  if (given.length === 0) return h("p", { class: "quiet" }, "No reason was given.");
  return h("ol", {}, given.map((reason) => {
    const check = checks.find((candidate) => reason.startsWith(`${title(candidate)}: `));
    return h("li", {}, prose(line(reason, 400)), check && links(check, shown));
  }));
}

/** The rows behind a check. */
function links(check, { model, chosen, trial, slices }) {
  if (check.count === 0) return null;
  const found = rowsBehind(check, { model, chosen, segments: trial.segments, slices }).slice(0, 4);
  return h("small", {}, found.map(([href, words], index) => [
    index > 0 && " · ", h("a", { href, "aria-label": `${title(check)}: ${line(words)}` }, `See ${line(words)}`),
  ]));
}

/** Blocking checks that do not pass: those that failed first. */
function missingList(verdict) {
  const order = ["fail", "undecided", "absent"];
  const open = blocking(verdict).filter(({ state }) => order.includes(state))
    .sort((one, other) => order.indexOf(one.state) - order.indexOf(other.state));
  if (open.length === 0) {
    return h("p", {}, verdict.decision === "promote" ? "Nothing." : "No single check: see the reasons.");
  }
  const waits = open.map(({ remaining }) => remaining).filter(Number.isFinite);
  return [
    h("ul", {}, open.map((check) => h("li", {}, stateMark(check), " ",
      h("a", { href: `#${encodeURIComponent(anchor(check))}` }, line(title(check), 120)), ": ",
      prose(line(missing(check), 300))))),
    waits.length === open.length &&
      h("p", {}, `All of it is expected in about ${span(Math.max(...waits))} at the present rate.`),
  ];
}

const anchor = (check) => `check-${title(check).replace(/\s/g, "_")}`;
const states = { pass: "good", fail: "bad", undecided: "warn", absent: "quiet" };
const stateMark = ({ state }) =>
  h("span", { class: states[state] }, h("span", { "aria-hidden": "true" }, symbols[state]), ` ${state}`);

function facts({ verdict, seal }) {
  const { inputs, mode } = verdict;
  const modes = {
    noninferiority: "noninferiority: may differ, but not be worse",
    equivalence: "equivalence: must answer alike",
  };
  const given = [
    ["Pairs", `${count(inputs.pairs)} (${count(inputs.compared)} compared)`],
    ["Live asked again, for noise", count(inputs.triples)],
    ["Mode", modes[mode] ?? mode],
    inputs.from && inputs.until && ["Pairs from", `${time(inputs.from)}, over ${span(inputs.until - inputs.from)}`],
    ["Stored verdict", seal?.id ? `${seal.id}, ${validity(seal)}` : "none: formed for this page"],
  ].filter(Boolean);
  return h("dl", { class: "facts" },
    given.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

const validity = ({ expires }) => `${expires > Date.now() * 1000 ? "valid until" : "expired"} ${time(expires)}`;

/** Every check, in the order in which they matter: those that decide, those that inform, those that are off. */
export function checksTable(shown) {
  const { verdict } = shown;
  if (!verdict) return null;
  const { neutral, margin } = intervalPlaces;
  const groups = [["These decide", "block"], ["These inform and decide nothing", "inform"], ["These are off", "off"]];
  const of = (enforcement) => verdict.checks.filter((check) => check.enforcement === enforcement);
  return h("section", { id: "checks", tabindex: -1, "aria-labelledby": "checks-title", "data-key": "checks" },
    h("h2", { id: "checks-title" }, "Checks"),
    h("p", {}, "Each bar spans what the pairs so far allow for; it stays true however often it is looked at. A check " +
      "passes when its bar ends before the margin, and fails when it begins beyond it. All bars share one scale: the " +
      "dashed line is “as live does”, the solid one the margin, the hatched part is worse than is accepted."),
    h("table", { class: "checks" },
      h("thead", {}, h("tr", {},
        h("th", { scope: "col" }, "State"), h("th", { scope: "col" }, "Check"),
        h("th", { scope: "col", class: "strip" }, "Against its margin",
          h("span", { class: "means", "aria-hidden": "true" },
            h("span", { style: { left: `${neutral}px` } }, "as live"),
            h("span", { style: { left: `${margin}px` } }, "margin"))),
        h("th", { scope: "col" }, "Estimate"), h("th", { scope: "col" }, "Observations"))),
      groups.map(([name, enforcement]) => group(name, of(enforcement), shown))));
}

function group(name, checks, shown) {
  if (checks.length === 0) return null;
  return h("tbody", { "data-key": name },
    h("tr", { class: "group" }, h("th", { scope: "rowgroup", colspan: 5 }, name)),
    checks.map((check) => row(check, shown)));
}

function row(check, shown) {
  return h("tr", { id: anchor(check), "data-key": title(check), tabindex: -1 },
    h("td", { class: "state" }, stateMark(check)),
    h("th", { scope: "row", abbr: title(check) },
      line(title(check), 160), h("span", { class: "question" }, ` ${question(check)}`),
      h("p", {}, prose(sentence(line(check.sentence, 400))), " ", h("span", { class: "quiet" }, meaning(check)),
        links(check, shown))),
    h("td", { class: "strip" }, drawn(check)),
    h("td", {}, estimate(check)),
    h("td", {}, seen(check)));
}

/** Checks of segments count tests, not a figure against a margin. */
function drawn(check) {
  if (check.check === "segments") return null;
  const described = [
    Number.isFinite(check.mean) && `estimate ${text(check, check.mean)}`, bounds(check) && `bounds ${bounds(check)}`,
    Number.isFinite(check.margin) && `margin ${text(check, check.margin)}`, check.state,
  ].filter(Boolean).join("; ");
  return interval({
    ...check,
    neutral: unit(check) === "ratio" ? 1 : 0,
    // A share of slower answers is not 0 where the candidate does as live does.
    hasNeutral: check.check !== "latency_p50",
    isExact: check.check === "data_quality" && check.count > 0,
    title: line(title(check), 160), description: described,
  });
}

function estimate(check) {
  if (check.state === "absent") return null;
  return [
    Number.isFinite(check.mean) ? h("strong", {}, text(check, check.mean)) : "–",
    bounds(check) && h("small", {}, bounds(check)),
    Number.isFinite(check.margin) && check.check !== "segments" &&
      h("small", {}, `margin ${text(check, check.margin)}`),
  ];
}

function seen(check) {
  if (check.state === "absent" && check.count === 0) return null;
  const isOpen = check.state === "undecided" && wanted(check) > 0;
  const needed = `${check.needed ? "about" : "at least"} ${count(wanted(check))} needed`;
  const label = `${title(check)}: ${count(check.count)} of ${needed}`;
  return [
    h("strong", {}, count(check.count)), isOpen && ` of ${needed}`,
    isOpen && h("progress", { max: wanted(check), value: Math.min(check.count, wanted(check)), "aria-label": label }),
    !isOpen && check.minimum > 1 && h("small", {}, `of ${count(check.minimum)} needed`),
    outlook(check) && h("small", {}, outlook(check)),
  ];
}
