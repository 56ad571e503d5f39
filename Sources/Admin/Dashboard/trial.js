// One trial: what somebody reads before approving a cutover. Refreshes by itself.

import { ApiError, Unreachable, get, segment } from "./api.js";
import { announce, fill, h, stylesheet } from "./dom.js";
import { ago, count, duration, time } from "./format.js";
import { morph } from "./morph.js";
import { outputsSection } from "./trial-outputs.js";
import { coverageSection, latencySection, outcomesSection, segmentsSection, worstSection } from "./trial-sections.js";
import { line, prose, sentence, side } from "./trial-text.js";
import { checksTable, verdictStrip } from "./trial-verdict.js";

/** Milliseconds between looks at the figures, and at what costs the gateway more: curves, slices, trials. */
const [pause, longPause, oldAfter] = [3_000, 15_000, 15_000];

export async function view({ root, params, query, signal, navigate, setQuery }) {
  await stylesheet("trial.css");
  const shown = {
    model: params.model, chosen: query.get("release"), role: "candidate",
    at: 0, slowAt: 0, failure: null, slowFailure: null,
    empty: null, trial: null, release: null, verdict: null, seal: null, problem: null,
    slices: [], curves: null, curvesAt: null, releases: [],
  };
  const status = h("p", { class: "quiet" });
  const chooser = h("span", { class: "chosen", "data-keep": true });
  const content = h("div", { class: "trial" });
  await fast(shown, signal);
  if (signal.aborted) return;
  draw();
  fill(root, h("div", { class: "trial-head" }, h("h1", {}, `Trial of ${params.model}`), chooser), status, content);
  jump(location.hash);
  content.addEventListener("click", follow, { signal });
  const clock = setInterval(age, 1_000);
  let timer = setTimeout(refresh, 0);
  signal.addEventListener("abort", () => {
    clearInterval(clock);
    clearTimeout(timer);
  });

  function draw() {
    morph(content, h("div", { class: "trial" }, shown.empty ? nothing(shown) : parts(shown)));
    chooseRelease(chooser, shown, (release) => {
      setQuery({ release });
      navigate(location.pathname + location.search);
    });
    age();
  }

  /** Runs until the view is left; what fails is tried again, and the old figures stay, called old. */
  async function refresh() {
    try {
      if (!document.hidden) {
        await fast(shown, signal);
        if (shown.failure) announce("The figures are fresh again");
        shown.failure = null;
        draw();
        await slowly();
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status === 401) return navigate(location.pathname + location.search);
      if (!(error instanceof ApiError || error instanceof Unreachable)) console.error(error);
      if (!shown.failure) announce(`The figures are old: ${error.message}`);
      shown.failure = error.message;
      age();
    }
    if (!signal.aborted) timer = setTimeout(refresh, pause);
  }

  /** Without it the page still says what decides, so that it may fail alone. */
  async function slowly() {
    if (shown.empty || Date.now() - shown.slowAt < longPause) return;
    try {
      await slow(shown, signal);
      shown.slowFailure = null;
    } catch (error) {
      if (signal.aborted || !(error instanceof ApiError || error instanceof Unreachable)) throw error;
      shown.slowFailure = error.message;
      if (!isJudged(shown.trial)) shown.problem = error.message;
    }
    draw();
  }

  function age() {
    const passed = Date.now() - shown.at;
    const isOld = shown.failure !== null || passed > oldAfter;
    const words = `of ${time(shown.at * 1000)}, ${duration(Math.round(passed / 1000))} ago`;
    status.className = isOld ? "bad old" : "quiet";
    status.textContent = isOld ? `The figures are old: ${words}. ${shown.failure ? sentence(shown.failure) : ""}`
      : `${subject(shown)} Figures ${words}; they refresh by themselves.`;
  }
}

/** What is cheap for the gateway and decides: the evidence and the verdict. */
async function fast(shown, signal) {
  const model = segment(shown.model);
  try {
    shown.trial = await get(`models/${model}/trial`, { release: shown.chosen }, signal);
    shown.empty = null;
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 404)) throw error;
    // Either there is no such model, which is said as an error, or it has had no such trial, which is a normal state.
    await get(`models/${model}`, {}, signal);
    shown.empty = error.message;
  }
  if (!shown.empty) {
    shown.role = shown.trial.release.kind === "standby" ? "standby" : "candidate";
    forgetOthers(shown);
    if (isJudged(shown.trial)) await gate(shown, model, signal);
  }
  shown.at = Date.now();
}

/** What was said of an earlier trial is not said of the one that has begun since. */
function forgetOthers(shown) {
  const { id } = shown.trial.release;
  if (shown.release === id) return;
  Object.assign(shown, { release: id, verdict: null, seal: null, problem: null, curves: null, slices: [], slowAt: 0 });
}

/** The gate speaks of the candidate that runs; of other trials the report does. */
const isJudged = ({ isRunning, release }) => isRunning && release.kind === "candidate";

async function gate(shown, model, signal) {
  try {
    const answer = await get(`/gate/${model}`, { always: 200 }, signal);
    // A trial may end between two questions.
    if (answer.verdict.release !== shown.trial.release.id) return;
    Object.assign(shown, { verdict: answer.verdict, seal: answer, problem: null });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status === 401) throw error;
    Object.assign(shown, { verdict: null, seal: null, problem: error.message });
  }
}

async function slow(shown, signal) {
  const model = segment(shown.model);
  const release = shown.trial.release.id;
  const [report, slices, releases] = await Promise.all([
    get(`models/${model}/report`, { format: "json", release }, signal),
    // Search may be off, or have nothing to look at yet.
    get(`models/${model}/slices`, { release }, signal).catch((error) => {
      if (error instanceof ApiError && error.status !== 401) return null;
      throw error;
    }),
    get(`models/${model}/releases`, {}, signal),
  ]);
  Object.assign(shown, {
    curves: report.latency, curvesAt: report.generated, slices: slices?.findings.slices ?? [],
    releases: releases.releases, slowAt: Date.now(),
  });
  if (!isJudged(shown.trial)) {
    // A trial that has ended waits for nothing any more.
    const checks = report.verdict.checks.map((check) => ({ ...check, remaining: undefined }));
    Object.assign(shown, { verdict: { ...report.verdict, checks }, seal: report.seal ?? null, problem: null });
  }
}

function parts(shown) {
  return [
    verdictStrip(shown), contents(shown), checksTable(shown), latencySection(shown), outputsSection(shown),
    worstSection(shown), outcomesSection(shown), coverageSection(shown), segmentsSection(shown),
  ];
}

const contents = ({ verdict, trial }) => h("nav", { "aria-label": "Contents", "data-key": "contents" },
  ["checks", "latency", "outputs", "worst", "outcomes", "coverage", "segments"]
    .filter((id) => (id !== "checks" || verdict) && (id !== "worst" || trial.worst.length > 0))
    .map((id, index) => [index > 0 && " · ", h("a", { href: `#${id}` }, id[0].toUpperCase() + id.slice(1))]));

/** Who is held against whom, and for how long. */
function subject({ trial, empty, role }) {
  if (empty || !trial) return "";
  const { release, isRunning, lastPair } = trial;
  const end = isRunning ? "runs" : `ended ${release.end?.replace("_", " ") ?? ""} at ${time(release.ended)}`;
  const pair = lastPair ? `The newest pair came ${ago(lastPair)}.` : "No pair yet.";
  const sides = `The ${role} ${side(release.candidate)} beside live ${side(release.live)}`;
  return `${sides}; the trial began at ${time(release.id)} and ${end}. ${pair}`;
}

function nothing({ empty, model, chosen }) {
  const base = `/ui/models/${segment(model)}`;
  return h("section", { class: "panel", "data-key": "nothing" },
    h("h2", {}, "No trial"),
    h("p", {}, prose(sentence(empty))),
    chosen ? h("p", {}, h("a", { href: base }, "See the trial that runs, or the newest"))
      : h("p", {}, "Load a version into the slot that does not answer clients: live traffic is then mirrored to it, " +
        "and the figures appear here by themselves. ", h("a", { href: `${base}/act` }, "Load a version")));
}

/** Built anew only when the list changes, so that an open list stays open. */
function chooseRelease(place, { releases, chosen, trial }, choose) {
  const known = releases.map(({ id, end, pairs }) => `${id} ${end} ${pairs === undefined}`).join();
  if (releases.length === 0 || place.dataset.known === known) return;
  place.dataset.known = known;
  const select = h("select", { id: "release", on: { change: () => choose(select.value) } },
    h("option", { value: "" }, "the one that runs, or the newest"),
    releases.map((release) => h("option", { value: String(release.id) }, line(described(release), 120))));
  select.value = chosen ?? "";
  if (chosen && select.value !== chosen) {
    select.append(h("option", { value: chosen }, trial ? described(trial.release) : chosen));
    select.value = chosen;
  }
  fill(place, h("label", { for: "release" }, "Trial "), select);
}

function described({ id, candidate, live, end, pairs, kind }) {
  const evidence = pairs === undefined ? "" : `, ${count(pairs)} pairs`;
  const sides = `${kind === "standby" ? "standby " : ""}version ${candidate.version} beside ${live.version}`;
  return `${time(id)}: ${sides}, ${end?.replace("_", " ") ?? "running"}${evidence}`;
}

/** Links within the page move the focus too; the address keeps its query, and no other view is drawn. */
function follow(event) {
  const link = event.target.closest?.('a[href^="#"]');
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  history.replaceState(null, "", link.getAttribute("href"));
  jump(link.hash);
}

function jump(hash) {
  const target = [...document.querySelectorAll("#main [id]")].find(({ id }) => `#${encodeURIComponent(id)}` === hash);
  target?.focus({ preventScroll: true });
  target?.scrollIntoView({ block: "start" });
}
