// A verdict in words: names, units and outlooks of its checks, as the report has them.

import { count, number } from "./format.js";
import { h } from "./dom.js";

/** Of each check: its code, what its statistic is measured in, what it asks, and which rows are behind it. */
const checks = {
  data_quality: ["C0", "share", "Did the mirrored requests become pairs, so that nothing is hidden?", "#coverage"],
  validity: ["C1", "share", "Does it give broken answers (NaN, wrong shape, cut off) that live does not?", "invalid"],
  errors: ["C2", "share", "Does it fail or time out where live answers?", "error"],
  divergence: ["C3", "share", "How far are its answers from live's, beyond live's own noise?", "diverged"],
  flips: ["C3", "share", "How often does it name another class than live, beyond noise?", "diverged"],
  tail: ["C4", "share", "How many answers changed completely?", "diverged"],
  quality: ["C5", "share", "By labels or scores: is it wrong more often than live?", null],
  latency_p50: ["C6", "share", "Is it usually slower than live asked again?", "#latency"],
  latency_p99: ["C6", "ratio", "Are its slowest answers slower than live's slowest?", "#latency"],
  cost: ["C7", "ratio", "How much run time does it take for one request?", "#latency"],
  segments: ["C8", "share", "Is some part of the traffic much worse off than the whole?", "#segments"],
  cloud_shift: ["C9", "share", "Have style or calibration moved, although single pairs look alike?", "diverged"],
  coverage: ["C10", "share", "Was enough of the usual traffic seen, for long enough?", "#coverage"],
};
const unknown = ["", "share", "", null];
/** These wait for time, for what is asked, or for search, not for a test. */
const waitsForNoTest = new Set(["coverage", "segments"]);

export const unit = (check) => (checks[check.check] ?? unknown)[1];
export const question = (check) => (checks[check.check] ?? unknown)[2];
const rows = (check) => (checks[check.check] ?? unknown)[3];

/** As the gateway writes it: `C3 divergence(probabilities)`. Reasons begin with it. */
export const title = (check) =>
  `${(checks[check.check] ?? unknown)[0]} ${check.check}${check.subject ? `(${check.subject})` : ""}`;

export const symbols = { pass: "✓", fail: "✗", undecided: "…", absent: "–", promote: "✓", hold: "…", reject: "✗" };

const isNumber = (value) => Number.isFinite(value);
export const percentage = (share) => (isNumber(share) ? `${number(share * 100)}\u00a0%` : "–");
export const text = (check, value) =>
  unit(check) === "share" ? percentage(value) : `×${value.toLocaleString("en", { maximumFractionDigits: 3 })}`;

/** `-0.05 % to 0.41 %`, `at most 0.41 %`; null when nothing is known. */
export function bounds(check) {
  const [lower, upper] = [check.lower, check.upper].map((value) => (isNumber(value) ? text(check, value) : null));
  if (lower !== null && upper !== null) return `${lower} to ${upper}`;
  return lower !== null ? `at least ${lower}` : upper !== null ? `at most ${upper}` : null;
}

/** Time that people wait, in its two largest units: `45 s`, `2 h 10 min`, `3 d 4 h`. */
export function span(microseconds) {
  const seconds = Math.floor(Math.max(0, microseconds) / 1e6);
  const parts = [[Math.floor(seconds / 86_400), "d"], [Math.floor(seconds / 3_600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"], [seconds % 60, "s"]];
  const found = parts.findIndex(([value]) => value > 0);
  const first = found < 0 ? 3 : found;
  return parts.slice(first, first + 2).filter(([value]) => value > 0 || first === 3)
    .map(([value, name]) => `${value} ${name}`).join(" ");
}

/** How many observations an undecided check wants in all. */
export const wanted = (check) => Math.max(check.needed ?? check.minimum, check.minimum);

/** When an undecided check is expected to be decided; null for the others and when nothing can be said. */
export function outlook(check) {
  if (check.state !== "undecided") return null;
  if (isNumber(check.remaining)) return `about ${span(check.remaining)} to go at the present rate`;
  if (waitsForNoTest.has(check.check) || check.count === 0) return null;
  if (!isNumber(check.needed)) return check.count < check.minimum ? null : "a decision is unlikely at this margin";
  return null;
}

/** What keeps a check from passing, in one clause; null when it passes. */
export function missing(check) {
  if (check.state === "pass") return null;
  if (check.state === "absent") return "there is nothing to look at, which stops nothing";
  if (check.state === "fail") {
    const margin = isNumber(check.margin) && `, and the margin is ${text(check, check.margin)}`;
    if (isNumber(check.lower) && margin) return `at least ${text(check, check.lower)}${margin}`;
    return isNumber(check.mean) && margin ? `${text(check, check.mean)}${margin}` : "it failed";
  }
  if (waitsForNoTest.has(check.check) || check.count === 0) return check.sentence;
  const seen = `${count(check.count)} of about ${count(wanted(check))} observations`;
  return [seen, outlook(check)].filter(Boolean).join(": ");
}

/** What the state of a check says to somebody who approves. */
export function meaning(check) {
  const decides = check.enforcement === "block";
  if (check.enforcement === "off") return "Switched off by the policy.";
  if (check.state === "absent") return "Nothing to look at, so it stops nothing.";
  if (check.state === "undecided") return "Not shown yet, neither good nor bad.";
  if (check.state === "fail") {
    return decides ? "Shown to be worse than is accepted: this stops the promotion."
      : "Worse than the margin, but in this mode it is for you to judge: it stops nothing.";
  }
  if (check.check === "latency_p99" && check.upper > check.margin) {
    return "The ratio is beyond its margin, but in time the difference is within the slack that is accepted.";
  }
  return isNumber(check.upper) ? "Shown to be within what is accepted." : "As it should be.";
}

const names = { missing: "not there any more", extra: "new", type: "of another type", value: "another value",
  length: "of another length", order: "in another order" };
export const difference = (kind) => names[kind] ?? kind;

const drops = {
  queue_full: "too much waited to be mirrored already", bytes: "too much waited to be mirrored already",
  too_large: "the request is larger than is mirrored",
  overload: "the data plane was busy, and mirroring gives way first",
  candidate_hangs: "runs of the candidate hang and have used up the mirroring threads",
  candidate_not_ready: "the other version had left its slot",
  client_gone: "the client left before the live answer was complete",
  undecodable: "the request could not be understood",
  budget: "the release's budget for the candidate was used up",
  shutdown: "the gateway ended first", crash: "the gateway ended first",
};
export const drop = (reason) => drops[reason] ?? "";

/** Where the rows behind a check are: links to Explore, or to a part of this page. */
export function rowsBehind(check, trial) {
  const target = rows(check);
  if (check.check === "segments") return [...segmentLinks(check, trial), ["#segments", "all segments"]];
  if (!target) return [];
  if (target.startsWith("#")) {
    return [[target, target === "#coverage" ? "coverage and drops" : "times of both sides"]];
  }
  if (target === "diverged") return [[explore(trial, { diverged: 1 }), "the pairs that diverged"]];
  if (target === "invalid") return [[explore(trial, { outcome: "invalid" }), "the invalid answers"]];
  return [
    [explore(trial, { outcome: "error" }), "the errors"], [explore(trial, { outcome: "timeout" }), "the time-outs"],
  ];
}

/** The segments and slices that a check of segments names. */
function segmentLinks(check, { segments, slices, ...trial }) {
  const named = `${check.subject ?? ""} ${check.sentence}`;
  const found = slices.filter(({ label }) => named.includes(`slice "${label}"`))
    .map(({ id, label }) => [explore(trial, { slice: id }), `slice “${label}”`]);
  const declared = segments.map(({ segment }) => `${segment.key}=${segment.value}`)
    .filter((name) => check.state === "fail" && (check.subject ?? "").split(", ").includes(name))
    .map((name) => [explore(trial, { segment: name }), name]);
  return [...found, ...declared];
}

export function explore({ model, chosen }, filters) {
  const query = new URLSearchParams({ ...filters, ...(chosen ? { release: chosen } : {}) });
  return `/ui/models/${encodeURIComponent(model)}/explore?${query}`;
}

/** Sentences as the gateway writes them: names stand between backticks, and a figure stays with its unit. */
export function prose(sentence) {
  const parts = String(sentence).replaceAll(" %", "\u00a0%").split("`");
  if (parts.length % 2 === 0) return [parts.join("`")];
  return parts.map((part, index) => (index % 2 ? h("code", {}, part) : part));
}

/** With a capital and a full stop. */
export const sentence = (clause) =>
  clause.charAt(0).toUpperCase() + clause.slice(1) + (/[.!?…]$/.test(clause) ? "" : ".");

/** On one line, at most `limit` characters: what traffic holds may be as long as its author likes. */
export function line(value, limit = 80) {
  const clean = String(value).slice(0, limit * 4).replace(/[\s\p{Cc}\p{Cf}]+/gu, " ").trim();
  const characters = [...clean];
  return characters.length > limit ? `${characters.slice(0, limit - 1).join("")}…` : characters.join("");
}

export const side = ({ slot, version }) => `${slot} (version ${version})`;

/** `34 (2.96 %)` */
export const share = (value, whole) =>
  Number.isFinite(value) && whole > 0 ? `${count(value)} (${percentage(value / whole)})` : count(value);
