// What is looked for, and which pairs count.

import { h } from "./dom.js";

const places = [["requests", "requests"], ["live", "live answers"], ["candidate", "candidate's answers"],
  ["change", "what the candidate changed"]];
const precisions = [["auto", "auto"], ["volume", "volume: every pair"], ["precise", "precise: sentence model"]];
const outcomes = [["", "any"], ...["answered", "invalid", "error", "timeout"].map((name) => [name, name])];
const orders = [["newest", "newest first"], ["divergence", "most divergent"]];

/** `change(changes)` is told what somebody chose. `show(state)` puts a state into the fields. */
export function searchForm({ change }) {
  const fields = {
    q: h("input", { type: "search", id: "find-q", maxlength: "65536", placeholder: "e.g. not good", class: "wide" }),
    in: select("find-in", places),
    precision: select("find-precision", precisions),
    words: h("input", { type: "checkbox", id: "find-words" }),
    diverged: h("input", { type: "checkbox", id: "find-diverged" }),
    outcome: select("find-outcome", outcomes),
    segment: h("input", { id: "find-segment", placeholder: "key=value", size: "14" }),
    order: select("find-order", orders),
  };
  const label = (name, text) => h("label", { for: `find-${name}` }, text, " ", fields[name]);
  const clear = h("button", { type: "button", on: { click: () => change(nothing) } }, "Clear");
  const form = h("form", {
    role: "search", "aria-label": "Pairs", class: "find",
    on: { submit: (event) => (event.preventDefault(), change(read(fields))) },
  },
    h("div", {}, label("q", "By meaning"), label("in", "in"), label("precision", "precision"),
      label("words", "words count too"), h("button", { class: "main" }, "Search"), clear),
    h("div", {}, label("diverged", "only diverged"), label("outcome", "candidate's outcome"),
      label("segment", "segment"), label("order", "order")));
  form.addEventListener("change", (event) => {
    if (event.target.type !== "search") form.requestSubmit();
  });
  return {
    element: form,
    show(state) {
      const texts = ["q", "in", "precision", "outcome", "segment", "order"];
      for (const name of texts) fields[name].value = state[name] ?? "";
      fields.in.value ||= "requests";
      fields.precision.value ||= "auto";
      fields.order.value ||= "newest";
      fields.words.checked = state.words !== "0";
      fields.diverged.checked = state.diverged === "1";
      // The API ranks what is found by likeness alone, and pairs without the words by time or divergence.
      const isSearch = Boolean(state.q || state.like || state.slice);
      fields.order.disabled = isSearch;
      fields.precision.disabled = !state.q || state.in === "change";
      fields.words.disabled = !state.q || state.precision === "precise" || state.in === "change";
    },
    focus: () => fields.q.focus(),
  };
}

const nothing = { q: null, like: null, slice: null, diverged: null, outcome: null, segment: null, before: null };

function read(fields) {
  const chosen = (name, usual) => (fields[name].value === usual ? null : fields[name].value);
  return {
    q: fields.q.value.trim() || null,
    in: chosen("in", "requests"),
    precision: chosen("precision", "auto"),
    words: fields.words.checked ? null : "0",
    diverged: fields.diverged.checked ? "1" : null,
    outcome: chosen("outcome", ""),
    segment: fields.segment.value.trim() || null,
    order: chosen("order", "newest"),
    before: null,
    // A text takes the place of a pair.
    ...(fields.q.value.trim() ? { like: null } : {}),
  };
}

function select(id, options) {
  return h("select", { id }, options.map(([value, text]) => h("option", { value }, text)));
}
