// Rows of the audit log, for every page that shows them.

import { segment } from "./api.js";
import { h } from "./dom.js";
import { digest, time } from "./format.js";
import { slotName } from "./model-state.js";
import { visible } from "./texts.js";

/** What was done, in words. */
function deed(entry) {
  const moved = entry.liveBefore !== entry.liveAfter && entry.liveAfter
    ? [", live is now ", slotName(entry.liveAfter), entry.liveBefore ? ` instead of ${entry.liveBefore}` : ""] : null;
  const version = entry.version !== undefined ? ` version ${entry.version}` : "";
  return [h("strong", {}, entry.action.replaceAll("_", " ")), " ", entry.slot && slotName(entry.slot), version, moved];
}

function basis(entry) {
  if (entry.verdict === undefined) return null;
  const href = `/ui/models/${segment(entry.model)}/history?verdict=${entry.verdict}`;
  return h("div", {}, h("a", { href }, `verdict ${entry.verdict}`));
}

const digests = (entry) =>
  Object.entries(entry.digests).sort().map(([slot, text]) => `${slot} ${digest(text)}`).join(", ");

/**
 * `showsModel`, `showsDigests`: columns for pages that have the room. `isNarrow`: when it was, and which row, stand
 * under what was done. `hidesCaption`: only screen readers say it.
 */
export function auditTable(entries, { caption, showsModel, showsDigests, isNarrow, hidesCaption }) {
  const head = [!isNarrow && "Row", !isNarrow && "When", showsModel && "Model", "What", "Who and why",
    showsDigests && "Digests after", !isNarrow && "Revision"];
  return h("table", { class: "audit-table" },
    h("caption", { class: hidesCaption ? "visually-hidden" : null }, caption),
    h("thead", {}, h("tr", {}, head.filter(Boolean).map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, entries.map((entry) => h("tr", { "data-key": `${entry.id}` },
      !isNarrow && [h("td", {}, entry.id), h("td", { class: "when" }, time(entry.at))],
      showsModel && h("td", {}, h("a", { href: `/ui/models/${segment(entry.model)}/history` }, entry.model)),
      h("td", {}, deed(entry), basis(entry), entry.detail && h("div", { class: "detail" }, visible(entry.detail)),
        isNarrow && h("div", { class: "detail" }, `${time(entry.at)}, row ${entry.id}, revision ${entry.revision}`)),
      h("td", { class: "who" }, visible(entry.actor), entry.forced && [" ", h("span", { class: "badge bad" }, "forced")],
        entry.reason && h("div", { class: "detail" }, `“${visible(entry.reason)}”`)),
      showsDigests && h("td", {}, h("code", {}, digests(entry) || "–")),
      !isNarrow && h("td", {}, entry.revision)))));
}
