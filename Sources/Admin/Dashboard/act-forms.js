// The actions on one model: what each sends, what it does to whom, and when it makes no sense.

import { brokenContract } from "./act-verdict.js";
import { h } from "./dom.js";
import { duration, exactPercent } from "./format.js";
import { otherSlot, sideText, slotOf } from "./model-state.js";

export function promotion({ status, gate, trail }) {
  const target = slotOf(status, otherSlot(status));
  const allows = gate?.promote === true;
  const broken = brokenContract(target, trail);
  const because = gate && [
    `The gate says ${gate.decision}.`, ...gate.verdict.reasons,
    broken ? `The contract: ${broken}` : "The contract too, if the candidate does not take every request live takes.",
  ];
  const name = sideText(status, target.slot);
  return {
    title: `Promote ${name}`,
    verb: "Promote",
    path: "promote",
    body: allows && gate.id !== undefined ? { verdict: gate.id } : {},
    overrides: because && !allows ? because : null,
    obstacle(now) {
      const there = slotOf(now, target.slot);
      const found = sideText(now, target.slot);
      if (now.live === target.slot) return `${found} is live already: there is nothing to promote.`;
      if (there.version !== target.version || there.digest !== target.digest) {
        return `${name} is not there any more: the slot holds ${found}. `
          + "Close this, and look at its verdict first.";
      }
      return there.role === "candidate" ? null
        : `${name} is no candidate (role: ${there.role}, state: ${there.state}). To go back to a standby, roll back.`;
    },
    explain: (now) => [
      h("p", {}, `All clients get answers of ${name} from the next request on, instead of `
        + `${now.live ? sideText(now, now.live) : "nobody's"}, which stays loaded for rollback.`),
      allows && h("p", {}, `It rests on verdict ${gate.id ?? "–"}: the gate says promote.`),
      now.split.share > 0 && h("p", {}, "The split ends with it."),
    ],
  };
}

export function rollback() {
  return {
    title: "Roll back",
    verb: "Roll back",
    isDanger: true,
    path: "rollback",
    body: {},
    explain(now) {
      const standby = now.slots.find((slot) => slot.role === "standby");
      return h("p", {}, standby
        ? `All clients get answers of ${sideText(now, standby.slot)} again, instead of ${sideText(now, now.live)}. `
          + "No analysis is waited for."
        : "No promotion stands, so no side is kept for rollback. "
          + "The gateway decides whether there is one to go back to.");
    },
  };
}

/** `shadow` null: what the manifest says. */
export function mirroring(shadow, noise) {
  const isSame = shadow === null;
  return {
    title: isSame ? "Mirror as the manifest says"
      : `Mirror ${exactPercent(shadow)}, ask ${exactPercent(noise)} of it again`,
    verb: "Set",
    path: "traffic",
    body: isSame ? { reset: true } : { shadow, noise },
    explain: ({ traffic }) => h("p", {},
      `Now ${exactPercent(traffic.shadow)} of the requests are mirrored, and live is asked again for `
      + `${exactPercent(traffic.noise)} of these. `
      + (shadow === 0 ? "With 0 % mirrored the trial gets no more evidence. " : "") + "Clients notice nothing of it."),
  };
}

export function split({ share, key, ramp, stepSeconds }) {
  const started = ramp ? { ramp, stepSeconds, splitKey: key } : { split: share, splitKey: key };
  const steps = ramp?.map((step) => exactPercent(step)).join(", ");
  const whole = share === 0 ? "End the split" : `Split: ${exactPercent(share)} of the clients`;
  return {
    title: ramp ? `Ramp the split: ${steps}` : whole,
    verb: share === 0 ? "End it" : "Set",
    path: "traffic",
    body: share === 0 ? { split: 0 } : started,
    explain(now) {
      const candidate = sideText(now, otherSlot(now));
      const before = `Now ${candidate} answers ${exactPercent(now.split.share)} of the clients. `;
      if (share === 0) {
        const live = now.live ? sideText(now, now.live) : "nobody";
        return h("p", {}, before, `From the next request on ${live} answers all of them.`);
      }
      return h("p", {}, before, ramp
        ? `It will answer ${steps}, at least ${duration(stepSeconds)} each; a failed check takes it back to none.`
        : `It will answer ${exactPercent(share)}. Its errors are these clients' answers.`,
      ` Clients are told apart by ${key}.`);
    },
  };
}

export function loading(slot, version, source) {
  const body = {};
  if (version !== null) body.version = version;
  if (source) body.source = source;
  const what = version === null ? "the highest version found" : `version ${version}`;
  return {
    title: `Load ${what} into ${slot}`,
    verb: "Load",
    path: `slots/${slot}/load`,
    body,
    obstacle: (now) => (now.live === slot
      ? `${slot} is live: a version never goes under live traffic without a promotion.` : null),
    explain(now) {
      const held = slotOf(now, slot);
      const replaced = held.version === undefined ? `${slot} is empty. `
        : `It replaces ${sideText(now, slot)} (${held.role}, ${held.state}). `;
      return h("p", {}, replaced,
        "It is loaded, verified, held against the contract and warmed up; clients notice nothing of it.",
        held.role === "standby" && " Without the standby there is nothing to roll back to.",
        now.release && " The trial that runs ends.");
    },
  };
}

export function unloading(status, slot) {
  return {
    title: `Unload ${sideText(status, slot)}`,
    verb: "Unload",
    isDanger: true,
    path: `slots/${slot}/unload`,
    body: {},
    obstacle: (now) => (now.live === slot ? `${slot} is live: it cannot be unloaded.` : null),
    explain: (now) => h("p", {}, `${sideText(now, slot)} leaves memory when its last request is answered.`,
      slotOf(now, slot).role === "standby" && " Without the standby there is nothing to roll back to.",
      now.release && " The trial that runs ends.", now.split.share > 0 && " So does the split."),
  };
}
