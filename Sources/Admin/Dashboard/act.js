// Changes of one model: each is asked about, sent from the revision on the screen, and told when it is acknowledged.

import { loading, mirroring, promotion, rollback, split, unloading } from "./act-forms.js";
import { verdict } from "./act-verdict.js";
import { acknowledgement, askAndDo } from "./action-dialog.js";
import { ApiError, get, segment } from "./api.js";
import { auditTable } from "./audit-table.js";
import { announce, fill, h, stylesheet } from "./dom.js";
import {
  answerer, otherSlot, releaseText, rollbackState, sideText, slotOf, slotsTable, trafficText,
} from "./model-state.js";
import { morph } from "./morph.js";

const refreshTime = 5_000;
const busyTime = 1_000;
const trailLength = 30;
const actorKey = "teal-actor";
const busy = new Set(["loading", "warming", "draining"]);

export async function view({ root, params, signal, live }) {
  const { model } = params;
  const [state] = await Promise.all([look(model, signal), stylesheet("cutover.css")]);
  if (signal.aborted) return;
  const view = new ActView(model, state, signal);
  view.build(root);
  view.show(state);

  let timer = null;
  let isLost = false;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, view.isBusy ? busyTime : refreshTime);
  };
  async function refresh() {
    try {
      view.show(await look(model, signal));
    } catch (error) {
      if (error.name === "AbortError") return;
      // The bar says that figures are old; the next round asks again.
    }
    if (!signal.aborted) wait();
  }
  view.refresh = refresh;
  live.subscribe((figures) => {
    const revision = figures?.models[model]?.revision;
    if (revision > view.revision || live.isConnected && isLost) refresh();
    isLost = !live.isConnected;
  }, signal);
  signal.addEventListener("abort", () => clearTimeout(timer));
  wait();
}

/** Everything the page shows, as of now. */
async function look(model, signal) {
  const status = await get(`models/${segment(model)}`, {}, signal);
  const [gate, trial, trail] = await Promise.all([
    status.release?.kind === "candidate" ? orNull(get(`/gate/${segment(model)}`, { always: 200 }, signal)) : null,
    status.promotion ? orNull(get(`models/${segment(model)}/trial`, {}, signal)) : null,
    get("audit", { model, limit: trailLength }, signal),
  ]);
  return { status, gate, trial, trail: trail.entries };
}

/** That there is nothing to say is a normal answer. */
const orNull = (asked) => asked.catch((error) => {
  if (error instanceof ApiError) return null;
  throw error;
});

class ActView {
  #model;
  #state;
  #signal;
  #now = h("section", { class: "panel", "aria-label": "State now" });
  #verdict = h("div", {});
  #trail = h("section", { class: "panel trail", "aria-label": "Audit trail", tabindex: 0 });
  #results = h("div", { role: "status", "aria-label": "Results" });
  #actor = h("input", {
    id: "actor", maxlength: 128, autocomplete: "name", value: localStorage.getItem(actorKey) ?? "",
  });
  #buttons = {};
  #followers = [];

  constructor(model, state, signal) {
    this.#model = model;
    this.#state = state;
    this.#signal = signal;
  }

  get revision() {
    return this.#state.status.revision;
  }

  get isBusy() {
    return this.#state.status.slots.some((slot) => busy.has(slot.state));
  }

  build(root) {
    // The audit log takes printable ASCII; other letters would make the browser refuse the header.
    this.#actor.pattern = "[ -~]*";
    this.#actor.title = "Letters, digits and signs of ASCII";
    this.#actor.addEventListener("change", () => localStorage.setItem(actorKey, this.#actor.value.trim()));
    fill(root,
      h("div", { class: "title-line" }, h("h1", {}, `${this.#model}: act`),
        h("label", { class: "push", for: "actor" }, "Your name, for the audit log ", this.#actor)),
      h("div", { class: "act" },
        h("div", {}, this.#results, this.#now, this.#cutover(), this.#mirroring(), this.#split(), this.#slots()),
        this.#trail));
  }

  #do(action) {
    if (!this.#actor.reportValidity()) return;
    askAndDo(action, {
      state: () => this.#state.status,
      signal: this.#signal,
      actor: () => this.#actor.value.trim() || undefined,
      acknowledged: (reply, done) => {
        fill(this.#results, acknowledgement(reply, done));
        this.show({ ...this.#state, status: reply.status });
        this.refresh();
      },
      changed: () => this.refresh(),
    });
  }

  #button(text, make, kind = null) {
    return h("button", { type: "button", class: kind, on: { click: () => this.#do(make()) } }, text);
  }

  #cutover() {
    const promote = this.#button("Promote…", () => promotion(this.#state), "main");
    const back = this.#button("Roll back…", () => rollback(), "danger");
    this.#buttons = { promote, back };
    return h("section", { class: "panel", "aria-labelledby": "cutover" },
      h("h2", { id: "cutover" }, "Cut over"), this.#verdict, h("div", { class: "fields" }, promote, back));
  }

  /** A field that follows what is true, until somebody enters something else. */
  #follow(field, figure) {
    let shown = field.value;
    this.#followers.push((status) => {
      if (field.value === shown) field.value = shown = figure(status);
    });
    return field;
  }

  #share(figure) {
    const field = h("input", { type: "number", min: 0, max: 100, step: "any", required: true });
    return this.#follow(field, (status) => `${+(figure(status) * 100).toFixed(4)}`);
  }

  #mirroring() {
    const shadow = this.#share((status) => status.traffic.shadow);
    const noise = this.#share((status) => status.traffic.noise);
    return this.#form("Mirror",
      "What part of the live requests the other side is asked too (shadow), and for what part of these live is asked "
      + "again, to know its own noise.",
      [h("label", {}, "Shadow, %", shadow), h("label", {}, "Noise, %", noise)], "Set mirroring…",
      () => mirroring(shadow.valueAsNumber / 100, noise.valueAsNumber / 100),
      this.#button("As the manifest says…", () => mirroring(null)));
  }

  #split() {
    const { split: now } = this.#state.status;
    const share = this.#share((status) => status.split.share);
    const key = h("input", { value: now.key, maxlength: 128, required: true });
    const help = "Ascending percents, e.g. 1, 5, 25";
    const ramp = h("input", { placeholder: "5, 25, 50", pattern: "[0-9., %]*", title: help });
    const step = h("input", { type: "number", min: 1, max: 43_200, step: "any", value: now.stepTime / 60e6 });
    const make = () => {
      const steps = ramp.value.split(/[,\s%]+/).filter(Boolean).map((text) => Number(text) / 100);
      return split({
        share: steps.length > 0 ? null : share.valueAsNumber / 100, key: key.value.trim(),
        ramp: steps.length > 0 ? steps : null, stepSeconds: Math.round(step.valueAsNumber * 60),
      });
    };
    const fields = { "Clients, %": share, "Told apart by": key, "Or in steps, %": ramp, "Minutes each": step };
    return this.#form("Split",
      "Lets the candidate answer a share of the clients. With steps the share grows by itself while the checks pass.",
      Object.entries(fields).map(([name, field]) => h("label", {}, name, field)), "Set split…", make,
      this.#button("End the split…", () => split({ share: 0 })));
  }

  #slots() {
    const slot = h("select", {}, ["blue", "green"].map((name) => h("option", { value: name }, name)));
    this.#follow(slot, otherSlot);
    const version = h("input", { type: "number", min: 1, step: 1, placeholder: "highest" });
    const source = h("input", { placeholder: "the model's own", maxlength: 512 });
    return this.#form("Load and unload",
      "Live traffic is not touched. A version that does not take every request the live one takes is refused.",
      [h("label", {}, "Slot", slot), h("label", {}, "Version", version), h("label", {}, "Folder", source)], "Load…",
      () => loading(slot.value, version.value ? version.valueAsNumber : null, source.value.trim()),
      this.#button("Unload…", () => unloading(this.#state.status, slot.value), "danger"));
  }

  #form(title, help, fields, verb, make, ...others) {
    const submit = (event) => {
      event.preventDefault();
      this.#do(make());
    };
    const id = title.toLowerCase().replaceAll(" ", "-");
    return h("section", { class: "panel", "aria-labelledby": id },
      h("h2", { id }, title), h("p", { class: "quiet" }, help),
      h("form", { class: "fields", on: { submit } }, fields, h("button", {}, verb), others));
  }

  show(state) {
    if (this.#signal.aborted) return;
    // Answers may overtake each other: the page never goes back.
    if (state.status.revision < this.revision) return;
    const newest = this.#state.trail[0]?.id ?? 0;
    const news = state.trail[0]?.id > newest ? state.trail[0] : null;
    this.#state = state;
    const { status, gate, trial, trail } = state;
    for (const follow of this.#followers) follow(status);
    morph(this.#now, h("section", { class: "panel", "aria-label": "State now" },
      h("h2", {}, answerer(status)), slotsTable(status),
      h("dl", { class: "facts-list" },
        Object.entries({
          Release: releaseText(status), Traffic: trafficText(status), Rollback: rollbackState(status, trial).text,
          Revision: status.revision,
        }).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]))));
    morph(this.#verdict, h("div", {}, verdict(status, gate, trail)));
    morph(this.#trail, h("section", { class: "panel trail", "aria-label": "Audit trail", tabindex: 0 },
      h("h2", {}, "Audit trail"),
      trail.length === 0 ? h("p", {}, "Nothing was ever done to this model.") : auditTable(trail, {
        caption: `The newest ${trail.length} rows of ${status.model}`, isNarrow: true, hidesCaption: true,
      })));
    const target = slotOf(status, otherSlot(status));
    const { promote } = this.#buttons;
    promote.disabled = target.role !== "candidate";
    const isForced = !promote.disabled && gate !== null && !gate.promote;
    const name = promote.disabled ? "Promote" : `Promote ${sideText(status, target.slot)}`;
    promote.textContent = isForced ? `${name} by force…` : `${name}…`;
    promote.className = isForced ? "danger" : "main";
    if (news) announce(`New in the audit trail: ${news.action} by ${news.actor}, revision ${news.revision}`);
  }
}
