// The audit log of all models, page by page.

import { get } from "./api.js";
import { auditTable } from "./audit-table.js";
import { announce, fill, h, stylesheet } from "./dom.js";

const pageLength = 50;

export async function view({ root, query, signal, setQuery }) {
  const [{ models }] = await Promise.all([get("models", {}, signal), stylesheet("cutover.css")]);
  if (signal.aborted) return;
  let model = query.get("model") ?? "";
  let before = Number(query.get("before")) || null;
  const names = models.map((status) => status.model);
  // Rows outlive their models, so that a name in the address may be one that is not served any more.
  if (model && !names.includes(model)) names.push(model);
  const choice = h("select", { id: "model" },
    h("option", { value: "" }, "all models"), names.sort().map((name) => h("option", { value: name }, name)));
  choice.value = model;
  choice.addEventListener("change", () => {
    model = choice.value;
    go(null);
  });
  const list = h("div", {});
  const newest = h("button", { type: "button", on: { click: () => go(null) } }, "Newest");
  const older = h("button", { type: "button", on: { click: () => go(next) } }, "Older");
  const pages = h("nav", { class: "pages", "aria-label": "Pages of the log" }, newest, older);
  let next = null;
  let asked = 0;

  async function go(row) {
    before = row;
    setQuery({ model, before: row === null ? null : `${row}` });
    await show();
    announce(list.querySelector("caption")?.textContent ?? list.textContent);
  }

  async function show() {
    const turn = asked += 1;
    const page = await get("audit", { model, before, limit: pageLength }, signal).catch((error) => {
      if (error.name === "AbortError") throw error;
      return error;
    });
    // Answers may overtake each other; the last question counts.
    if (turn !== asked || signal.aborted) return;
    if (page instanceof Error) return fill(list, h("p", { class: "problem", role: "alert" }, page.message));
    next = page.next ?? null;
    newest.disabled = before === null;
    older.disabled = next === null;
    const { entries } = page;
    const caption = entries.length > 0 && `Rows ${entries.at(-1).id} to ${entries[0].id}, newest first`;
    fill(list, entries.length === 0 ? h("p", {}, "No rows here: nothing was done.")
      : auditTable(entries, { caption, showsModel: true, showsDigests: true }));
  }

  fill(root,
    h("div", { class: "title-line" }, h("h1", {}, "Audit log"), h("label", { for: "model" }, "Model "), choice),
    h("p", { class: "quiet" },
      "Every acknowledged change, by whom and why. Rows are never changed; their numbers grow without gaps."),
    list, pages);
  await show();
}
