// One change of a model from the question to the gateway's acknowledgement. Nothing is called done before that.

import { ApiError, Unreachable, get, post, segment } from "./api.js";
import { auditTable } from "./audit-table.js";
import { fill, h } from "./dom.js";
import { duration } from "./format.js";

/** Refusals that `force` with a reason may override. */
const overridable = new Set(["gate_hold", "gate_reject", "contract_broken"]);

/** Works where `crypto.randomUUID` does not: on pages that come without TLS from another machine. */
const newKey = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** All that was recorded of `model` after `revision`, oldest first; the newest hundred rows are looked through. */
async function changesSince(model, revision) {
  const { entries } = await get("audit", { model, limit: 100 });
  return entries.filter((entry) => entry.revision > revision).reverse();
}

/**
 * `action` = {
 *   title, verb, isDanger, path,
 *   body: what is sent, beside revision, reason and force,
 *   explain(status): nodes that say what will happen, from this state,
 *   obstacle(status): why it makes no sense in this state, or null,
 *   overrides: what `force` would override from the start, as sentences; null: nothing
 * }
 * `page` = {
 *   signal, state(): the model's status on the screen, actor(): who asks,
 *   acknowledged(reply, action), changed(): when the page has to look again
 * }
 */
export function askAndDo(action, page) {
  new ActionDialog(action, page).open();
}

class ActionDialog {
  #action;
  #page;
  #status;
  #key = newKey();
  #overrides;
  #content = h("div", { "aria-live": "polite" });
  #buttons = h("div", { class: "buttons" });
  #reason = h("textarea", { id: "reason", maxlength: 1000, on: { input: () => this.#reason.setCustomValidity("") } });

  constructor(action, page) {
    this.#action = action;
    this.#page = page;
    // What the person has seen; the gateway refuses when the model is not there any more.
    this.#status = page.state();
    this.#overrides = action.overrides ?? null;
    const on = { close: () => this.dialog.remove() };
    this.dialog = h("dialog", { class: "action-dialog", "aria-labelledby": "action-title", on },
      h("form", { on: { submit: (event) => this.#submit(event) } },
        h("h2", { id: "action-title" }, action.title), this.#content, this.#buttons));
  }

  open() {
    document.body.append(this.dialog);
    this.#ask();
    this.dialog.showModal();
    // Whoever leaves the view is not held by its question; what becomes of one that was sent is still told.
    this.#page.signal.addEventListener("abort", () => this.dialog.close());
  }

  /** `before`: what has to be known first, e.g. what changed meanwhile. */
  #ask(before = null) {
    const obstacle = this.#action.obstacle?.(this.#status);
    if (obstacle) return this.#say(before, h("p", { class: "outcome warn" }, obstacle));
    const isForced = this.#overrides !== null;
    const list = isForced && h("div", { class: "outcome bad" },
      h("p", {}, h("strong", {}, "Only by force. It overrides:")),
      h("ul", {}, this.#overrides.map((text) => h("li", {}, text))));
    this.#reason.required = isForced;
    fill(this.#content, before, this.#action.explain(this.#status), list,
      h("label", { for: "reason" }, `Reason (${isForced ? "needed" : "optional"}, kept in the audit log)`),
      this.#reason,
      h("p", { class: "quiet" },
        `From revision ${this.#status.revision}. When somebody changes the model first, nothing is done.`));
    const verb = isForced ? `${this.#action.verb} by force` : this.#action.verb;
    const confirm = h("button", { class: isForced || this.#action.isDanger ? "danger" : "main" }, verb);
    fill(this.#buttons, this.#leave("Cancel"), confirm);
    (isForced ? this.#reason : confirm).focus();
  }

  #leave(text) {
    return h("button", { type: "button", on: { click: () => this.dialog.close() } }, text);
  }

  #say(...content) {
    fill(this.#content, ...content);
    const leave = this.#leave("Close");
    fill(this.#buttons, leave);
    leave.focus();
  }

  #submit(event) {
    event.preventDefault();
    if (this.#overrides !== null && !this.#reason.value.trim()) {
      this.#reason.setCustomValidity("Say why: blanks are no reason.");
      this.#reason.reportValidity();
      return;
    }
    this.#send();
  }

  async #send() {
    const body = { ...this.#action.body, revision: this.#status.revision };
    const reason = this.#reason.value.trim();
    if (reason) body.reason = reason;
    if (this.#overrides !== null) {
      body.force = true;
      // A verdict allows; force does without.
      delete body.verdict;
    }
    fill(this.#content, h("p", {}, "Sent. Waiting until the gateway acknowledges it: nothing is done before."));
    fill(this.#buttons, this.#leave("Hide"));
    try {
      const path = `models/${segment(this.#status.model)}/${this.#action.path}`;
      const reply = await post(path, body, { key: this.#key, actor: this.#page.actor() });
      this.dialog.close();
      this.#page.acknowledged(reply, this.#action);
    } catch (error) {
      await this.#failed(error);
    }
  }

  async #failed(error) {
    // The window may have been hidden meanwhile; what became of it has to be seen.
    if (!this.dialog.isConnected) document.body.append(this.dialog);
    if (!this.dialog.open) this.dialog.showModal();
    // A proxy's words are not the gateway's: it may have done it all the same.
    if (error instanceof Unreachable || error.code === "http") return this.#unknown(error);
    if (!(error instanceof ApiError)) throw error;
    if (error.code === "stale_revision") return this.#stale(error);
    const details = error.details.length > 0 && h("ul", {}, error.details.map((text) => h("li", {}, text)));
    const refusal = h("div", { class: "outcome bad", role: "alert" },
      h("p", {}, h("strong", {}, "The gateway refused; nothing was changed.")), h("p", {}, error.message), details);
    this.#page.changed();
    if (overridable.has(error.code) && this.#overrides === null) {
      const on = { click: () => this.#force(error) };
      const force = h("button", { type: "button", class: "danger", on }, "Force with a reason…");
      fill(this.#content, refusal);
      fill(this.#buttons, this.#leave("Close"), force);
      return;
    }
    this.#say(refusal);
  }

  #force(error) {
    this.#overrides = error.details.length > 0 ? error.details : [error.message];
    // Another question than before, so it must not be answered with what was said to that.
    this.#key = newKey();
    this.#ask();
  }

  /** Whether it was done is not known. Asking again with the same key cannot do it twice. */
  #unknown(error) {
    const again = h("button", { type: "button", class: "main", on: { click: () => this.#send() } }, "Send again");
    fill(this.#content, h("div", { class: "outcome warn", role: "alert" },
      h("p", {}, h("strong", {}, `${error instanceof Unreachable ? "No answer came" : "What came is no answer of the "
        + `gateway (status ${error.status})`}: it is not known whether it was done.`)),
      h("p", {}, "The gateway may be restarting. Send it again when it is back: it carries the same key, so it is done "
        + "once at most, and the answer says what happened.")));
    fill(this.#buttons, this.#leave("Close"), again);
    again.focus();
    this.#page.changed();
  }

  /** Somebody was faster: shows what they did, and asks anew from where the model is now. */
  async #stale(error) {
    const seen = this.#status;
    const notice = (content) => h("div", { class: "outcome warn", role: "alert" },
      h("p", {}, h("strong", {}, "Nothing was done: the model has changed since you looked "
        + `(revision ${seen.revision} to ${error.currentRevision ?? "another"}).`)), content);
    try {
      const [status, changes] = await Promise.all([
        get(`models/${segment(seen.model)}`), changesSince(seen.model, seen.revision)]);
      this.#status = status;
      // What force was to override belongs to what has been seen.
      if (this.#overrides !== null) this.#overrides = this.#action.overrides ?? null;
      this.#key = newKey();
      this.#page.changed(status);
      this.#ask(notice(auditTable(changes, { caption: "What changed meanwhile", isNarrow: true })));
    } catch (failure) {
      this.#say(notice(h("p", {}, `What changed cannot be shown now: ${failure.message}`)));
    }
  }
}

/** What the gateway said when it was done. */
export function acknowledgement(reply, action) {
  const cutover = reply.cutoverMicroseconds !== undefined
    && `, all event loops moved ${duration(reply.cutoverMicroseconds / 1e6)} after the call`;
  return h("div", { class: "outcome good" },
    h("p", {}, h("strong", {}, `✓ Acknowledged: ${action.title}`)),
    h("p", {}, `Audit row ${reply.audit}, revision ${reply.status.revision}`, cutover, ".",
      reply.replayed && " It had been done before: this is the answer to the first call."));
}
