// What became of a model: its trials with their reports, the verdicts, and what was done.

import { download, get, segment, url } from "./api.js";
import { auditTable } from "./audit-table.js";
import { checksTable } from "./checks-table.js";
import { announce, fill, h, stylesheet } from "./dom.js";
import { count, digest, duration, time } from "./format.js";
import { decisionBadge, slotName } from "./model-state.js";

const formats = { html: "HTML", md: "Markdown", json: "JSON", junit: "JUnit" };
const endings = { junit: "xml" };
const ends = {
  promoted: "promoted", rolled_back: "rolled back", rejected: "rejected",
  abandoned: "abandoned: a version left its slot or traffic moved",
};
const pageLength = 20;

export async function view({ root, params, query, signal, setQuery }) {
  const { model } = params;
  const releases = h("section", { class: "panel", "aria-labelledby": "releases" });
  const verdicts = h("section", { class: "panel", "aria-labelledby": "verdicts" });
  const actions = h("section", { class: "panel", "aria-labelledby": "actions" });
  const opened = Number(query.get("verdict")) || null;
  await Promise.all([
    stylesheet("cutover.css"), showReleases(releases, model, pageLength, signal),
    showVerdicts(verdicts, model, pageLength, signal, opened, setQuery), showActions(actions, model, signal),
  ]);
  if (signal.aborted) return;
  fill(root, h("h1", {}, `${model}: history`), releases, verdicts, actions);
  verdicts.querySelector("details[open]")?.scrollIntoView({ block: "center" });
}

/** The list again, with twice as many; the API pages by length. Focus goes to what came. */
function more(place, isAll, length, show) {
  if (isAll || length >= 1_000) return null;
  const click = async (event) => {
    event.target.disabled = true;
    await show(Math.min(1_000, length * 2));
    announce("More is shown");
    place.querySelector("button.more")?.focus();
  };
  return h("button", { type: "button", class: "more", on: { click } }, "Show older ones");
}

async function showReleases(place, model, limit, signal) {
  const { releases } = await get(`models/${segment(model)}/releases`, { limit }, signal);
  const head = ["Begun", "Trial", "Live version", "Other version", "Pairs", "How it ended", "Report"];
  fill(place, h("h2", { id: "releases" }, "Releases"),
    releases.length === 0
      ? h("p", {}, "No trial has run. One begins when the slot that is not live holds a version that is ready.")
      : h("table", {}, h("caption", {}, "One trial of one version against another, newest first"),
        h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col" }, name)))),
        h("tbody", {}, releases.map((release) => releaseRow(model, release)))),
    more(place, releases.length < limit, limit, (length) => showReleases(place, model, length, signal)));
}

function releaseRow(model, release) {
  const side = ({ slot, version, digest: text }) =>
    [slotName(slot), ` version ${version} `, h("code", { title: text }, digest(text))];
  const lasted = release.ended && ` after ${duration((release.ended - release.id) / 1e6)}`;
  return h("tr", {},
    h("td", {}, h("a", { href: `/ui/models/${segment(model)}?release=${release.id}` }, time(release.id))),
    h("td", {}, release.kind === "standby" ? "standby, checked after a promotion" : "candidate"),
    h("td", {}, side(release.live)), h("td", {}, side(release.candidate)),
    h("td", { class: "number" }, count(release.pairs)),
    h("td", {}, release.ended ? [ends[release.end] ?? release.end, lasted] : h("strong", {}, "runs")),
    h("td", {}, Object.entries(formats).map(([format, name]) => [reportButton(model, release, format, name), " "])));
}

function reportButton(model, release, format, name) {
  const click = async (event) => {
    const button = event.currentTarget;
    const file = `${model}-${release.id}.${endings[format] ?? format}`;
    button.disabled = true;
    try {
      await download(url(`models/${segment(model)}/report`, { release: release.id, format }), file);
      announce(`${file} was downloaded`);
    } catch (error) {
      button.after(h("span", { class: "bad", role: "alert" }, ` ${error.message} `));
    } finally {
      button.disabled = false;
    }
  };
  const label = `${name} report of the trial of ${time(release.id)}`;
  return h("button", { type: "button", "aria-label": label, on: { click } }, name);
}

async function showVerdicts(place, model, limit, signal, opened, setQuery) {
  const { verdicts } = await get(`models/${segment(model)}/verdicts`, { limit }, signal);
  // A link may name a verdict that is older than what is listed.
  if (opened && !verdicts.some((verdict) => verdict.id === opened)) {
    const named = await get(`verdicts/${opened}`, {}, signal).catch(() => null);
    if (named?.model === model) verdicts.push(named);
  }
  fill(place, h("h2", { id: "verdicts" }, "Verdicts"),
    verdicts.length === 0 ? h("p", {}, "The gate has given no verdict yet: it needs a trial with pairs.")
      : [h("p", { class: "quiet" }, "What the gate said, newest first. A row is written when its decision changes, and "
        + "again when half of its time is over."),
        verdicts.map((stored) => verdictDetails(stored, stored.id === opened, setQuery))],
    more(place, verdicts.length < limit, limit,
      (length) => showVerdicts(place, model, length, signal, opened, setQuery)));
}

function verdictDetails(stored, isOpen, setQuery) {
  const body = h("div", {});
  const open = () => body.hasChildNodes() || fill(body, verdictBody(stored));
  const toggle = (event) => {
    if (event.target.open) open();
    setQuery({ verdict: event.target.open ? `${stored.id}` : null });
  };
  if (isOpen) open();
  return h("details", { class: "verdict-row", open: isOpen, on: { toggle } },
    h("summary", {}, decisionBadge(stored.decision), ` verdict ${stored.id}, ${time(stored.created)}`,
      stored.verdict && `: ${stored.verdict.reasons[0] ?? "all checks that decide have passed"}`),
    body);
}

function verdictBody(stored) {
  const { verdict } = stored;
  const signed = h("p", { class: stored.isSigned ? "quiet" : "bad" }, stored.isSigned
    ? "✓ Signed by this gateway; the row is as it was written."
    : "✗ Not signed by this gateway, or the row was changed after it was written.");
  if (!verdict) return [signed, h("p", {}, "Its content cannot be read.")];
  const { live, candidate, pairs, policy } = verdict.inputs;
  return [
    h("p", {}, `${verdict.mode}: version ${candidate.version} (${candidate.slot}) beside version ${live.version} `
      + `(${live.slot}), ${count(pairs)} pairs; valid until ${time(stored.expires)}; policy `,
      h("code", { title: policy }, digest(policy))),
    signed,
    verdict.reasons.length > 0 && h("ul", {}, verdict.reasons.map((reason) => h("li", {}, reason))),
    checksTable(verdict, `Checks of verdict ${stored.id}`),
  ];
}

async function showActions(place, model, signal) {
  const { entries, next } = await get("audit", { model, limit: pageLength }, signal);
  const older = `/ui/audit?model=${segment(model)}&before=${next}`;
  fill(place, h("h2", { id: "actions" }, "Actions"),
    entries.length === 0 ? h("p", {}, "Nothing was ever done to this model.")
      : auditTable(entries, { caption: "What was done, newest first", showsDigests: true }),
    next !== undefined && h("p", {}, h("a", { href: older }, "Older ones in the audit log")));
}
