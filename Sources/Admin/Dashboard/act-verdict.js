// What the gate says about the candidate, beside the button that promotes it.

import { checksTable } from "./checks-table.js";
import { h } from "./dom.js";
import { count, time } from "./format.js";
import { decisionBadge, otherSlot, sideText, slotOf } from "./model-state.js";

/** The differences that were overridden when the slot's version was loaded, as far as the trail tells; else null. */
export function brokenContract(target, trail) {
  const loaded = trail.find(({ action, slot, version }) =>
    (action === "load" || action === "loaded") && slot === target.slot && version === target.version);
  return loaded?.forced ? loaded.detail ?? null : null;
}

/** The gate's word with its reasons, and the differences of the contract. */
export function verdict(status, gate, trail) {
  const target = slotOf(status, otherSlot(status));
  if (target.role !== "candidate") {
    return h("p", {}, target.role === "standby"
      ? `${sideText(status, target.slot)} is kept for rollback; there is no candidate. `
        + "Load one into this slot to begin a trial."
      : `${target.slot} holds no candidate that is ready: load one below.`);
  }
  const broken = brokenContract(target, trail);
  const contract = broken
    ? h("p", { class: "bad" }, `✗ Contract: version ${target.version} was loaded by force although it does not take all `
      + `requests: ${broken}`)
    : h("p", {}, "Contract: when it is promoted the gateway checks again that the candidate takes every request the "
      + "live version takes, and shows the differences if not.");
  if (!gate) return [h("p", {}, "The gate has nothing to say now: no trial runs."), contract];
  const { reasons, inputs } = gate.verdict;
  return [
    h("p", {}, decisionBadge(gate.decision), ` now, from ${count(inputs.pairs)} pairs`,
      gate.id !== undefined && `; decided in verdict ${gate.id}`, gate.expires && `, valid until ${time(gate.expires)}`),
    h("ul", {}, reasons.map((reason) => h("li", {}, reason))), contract,
    h("details", {}, h("summary", {}, `All ${gate.verdict.checks.length} checks`),
      checksTable(gate.verdict, "Checks of this verdict")),
  ];
}
