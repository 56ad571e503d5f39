// What a model's state means in words; the overview and the actions say it alike.

import { h } from "./dom.js";
import { ago, count, digest, duration, percent, time } from "./format.js";

export const otherSlot = (status) => (status.live === "blue" ? "green" : "blue");

export const slotOf = (status, name) => status.slots.find((slot) => slot.slot === name);

/** The slot's name with its mark: a full square is blue, an open one green. */
export const slotName = (slot) => h("span", { class: ["slot", slot] }, slot);

/** `green (version 3)`, as text. */
export function sideText(status, name) {
  const version = slotOf(status, name)?.version;
  return version === undefined ? `${name} (empty)` : `${name} (version ${version})`;
}

export function slotsTable(status) {
  const share = status.split.share;
  const answered = (slot) => {
    if (slot.role === "live") return percent(1 - share);
    return slot.role === "candidate" ? percent(share) : "none";
  };
  const head = ["Slot", "Role", "State", "Version", "Digest", "Clients"];
  return h("table", { class: "slots" },
    h("caption", { class: "visually-hidden" }, `Slots of ${status.model}`),
    h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, status.slots.map((slot) => h("tr", {},
      h("th", { scope: "row" }, slotName(slot.slot)),
      h("td", {}, slot.role === "none" ? "–" : slot.role === "live" ? h("strong", {}, "live") : slot.role),
      h("td", { class: slot.state === "failed" ? "bad" : null }, slot.state,
        slot.detail && h("div", { class: "detail" }, slot.detail)),
      h("td", { title: slot.description }, slot.version ?? "–"),
      h("td", {}, h("code", { title: slot.digest }, digest(slot.digest))),
      h("td", {}, answered(slot))))));
}

/** Who answers clients now. */
export function answerer(status) {
  if (!status.live) return "nobody answers: no version is live";
  const share = status.split.share;
  const [live, other] = [sideText(status, status.live), sideText(status, otherSlot(status))];
  if (share === 0) return `${live} answers all clients`;
  return `${live} answers ${percent(1 - share)} of the clients, ${other} ${percent(share)}`;
}

/** What is mirrored and split. */
export function trafficText(status) {
  const { traffic, split } = status;
  const origin = status.isTrafficSet ? "set by an operator" : "as the manifest says";
  let text = `mirrored (shadow) ${percent(traffic.shadow)}, of these asked again (noise) ${percent(traffic.noise)}`;
  text += `, ${origin}`;
  text += `; split ${percent(split.share)} of the clients`;
  if (split.share > 0) text += `, told apart by ${split.key}`;
  if (split.ramp.length > 0) {
    const steps = split.ramp.map((share) => percent(share)).join(", ");
    text += `, then ${steps}, each for ${duration(split.stepTime / 1e6)}`;
  }
  return text;
}

export function releaseText(status) {
  const { release, promotion } = status;
  if (promotion) {
    const basis = promotion.verdict ? `on verdict ${promotion.verdict}` : "by force";
    const isWatched = promotion.watchedUntil > Date.now() * 1_000;
    const watched = isWatched ? `watched until ${time(promotion.watchedUntil)}` : "watch over";
    return `promoted ${ago(promotion.at)} ${basis}; ${watched}`;
  }
  if (!release) return "no trial runs: load a candidate into the slot that is not live";
  const { candidate, live } = release;
  return `trial of version ${candidate.version} (${candidate.slot}) beside version ${live.version} (${live.slot}), `
    + `begun ${ago(release.id)}`;
}

/** May traffic go back at once? `trial` is the running trial of the standby, or null. */
export function rollbackState(status, trial) {
  const standby = status.slots.find((slot) => slot.role === "standby");
  if (!standby) {
    return { isReady: false, text: "nothing to roll back to: no promotion stands" };
  }
  const name = sideText(status, standby.slot);
  if (standby.state !== "ready") return { isReady: false, text: `not ready: standby ${name} is ${standby.state}` };
  if (!trial?.isRunning || trial.release.kind !== "standby" || !trial.lastPair) {
    return { isReady: true, text: `possible: ${name} is loaded, but has not been asked anything yet` };
  }
  const outcomes = trial.outcomes.candidate;
  const failed = Object.entries(outcomes).reduce((sum, [name, n]) => sum + (name === "answered" ? 0 : n), 0);
  const p99 = duration(trial.latency.candidate.p99 / 1e6);
  const text = `ready: ${name} is loaded, its last answer was ${ago(trial.lastPair)}, p99 ${p99}`;
  return { isReady: true, text: failed > 0 ? `${text}; ${count(failed)} of its answers failed` : text };
}

const signs = { promote: "✓", hold: "…", reject: "✗" };
const tones = { promote: "good", hold: "warn", reject: "bad" };

/** The gate's decision in a word. */
export const decisionBadge = (decision) => h("span", { class: ["badge", tones[decision]] },
  h("span", { "aria-hidden": "true" }, signs[decision] ?? "–"), " ", decision);
