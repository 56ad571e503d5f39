// What was asked and what was answered, tensor by tensor.

import { h } from "./dom.js";
import { count, number } from "./format.js";
import { numberSides, picture } from "./pair-numbers.js";
import { cut, textSides } from "./pair-text.js";
import { element, excerpt, isText, tensorText } from "./texts.js";

const textsShown = 16;
const kinds = {
  missing: "only live has it", extra: "only the candidate has it", type: "another type", value: "another value",
  length: "another length", order: "another order",
};

export function input(tensor) {
  return h("section", { "aria-label": `Input ${tensor.name}` },
    h("h3", {}, excerpt(tensor.name, 80), " ", shape(tensor)), content(tensor));
}

function content(tensor) {
  if (tensor.hash) return h("p", { class: "mono" }, tensorText(tensor));
  if (!isText(tensor)) return h("div", { class: "between" }, picture(tensor), h("pre", {}, numbers(tensor)));
  const texts = tensor.elements.slice(0, textsShown);
  return [texts.map((text) => h("pre", { class: "whole", tabindex: "0", "aria-label": "Text" }, cut(String(text)))),
    rest(tensor)];
}

const rest = (tensor) => tensor.count > textsShown && h("p", { class: "quiet" },
  `${count(tensor.count)} texts; the first ${textsShown} are shown.`);

function numbers(tensor) {
  const width = tensor.shape.at(-1);
  const rows = [];
  const perRow = width > 1 && width <= 16 ? width : 16;
  for (let at = 0; at < tensor.elements.length; at += perRow) {
    rows.push(tensor.elements.slice(at, at + perRow).map(element).join(" "));
  }
  if (tensor.count > tensor.elements.length) rows.push(`… (${tensor.count} values)`);
  return rows.join("\n");
}

const shape = (tensor) => h("span", { class: "quiet mono" },
  excerpt(tensor.datatype, 20), " [", tensor.shape.join(", "), "]");

export const toleranceBadge = (hasDiverged) => (hasDiverged ? h("span", { class: "badge bad" }, "▲ diverged")
  : h("span", { class: "badge good" }, "✓ within tolerance"));

/** `hasNoise`: live was asked again. */
export function output(result, hasNoise) {
  const { live, candidate, noise } = result;
  const sides = [["live", "Live", live], ["candidate", "Candidate", candidate]];
  if (hasNoise) sides.push(["noise", "Live, asked again", noise]);
  const any = live ?? candidate ?? noise;
  return h("section", { class: "panel", "aria-label": `Output ${result.name}` },
    h("h3", {}, excerpt(result.name, 80), " ", any && shape(any), " ",
      toleranceBadge(result.diverged)),
    h("p", {}, [
      result.divergence !== undefined && `Divergence ${number(result.divergence)}`,
      result.noiseDivergence !== undefined && `of live asked again ${number(result.noiseDivergence)}`,
      result.sentence && !result.sentence.startsWith("divergence ") && excerpt(result.sentence, 400),
    ].filter(Boolean).join("; ")),
    result.fields.length > 0 && fields(result.fields),
    any && body(sides, result),
    details(result.details));
}

function body(sides, result) {
  const present = sides.map(([, , tensor]) => tensor).filter(Boolean);
  if (present.some((tensor) => tensor.hash)) {
    return h("dl", {}, sides.map(([, title, tensor]) => [
      h("dt", {}, title), h("dd", { class: "mono" }, tensorText(tensor))]));
  }
  if (!present.some(isText)) return numberSides(sides, result.differing);
  const size = Math.max(...present.map((tensor) => tensor.elements.length));
  // Texts that differ come first; the others say the same on both sides.
  const order = [...result.differing, ...[...Array(size).keys()].filter((index) => !result.differing.includes(index))];
  return [order.slice(0, textsShown).map((index) => textSides(sides.map(([, title, tensor]) => [
    size > 1 ? `${title}, text ${index + 1}` : title,
    tensor?.elements[index] === undefined ? null : readable(String(element(tensor.elements[index]))),
  ]))), rest(present[0])];
}

/** JSON is laid out by field, so that words are matched within fields. */
function readable(text) {
  if (!/^\s*[{[]/.test(text) || text.length > 500_000) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function fields(differences) {
  return h("table", {}, h("caption", {}, `${count(differences.length)} fields of the JSON text differ`),
    h("thead", {}, h("tr", {}, ["Field", "What differs", "Live", "Candidate"].map((name) =>
      h("th", { scope: "col" }, name)))),
    h("tbody", {}, differences.map(({ path, kind, live, candidate }) => h("tr", {},
      h("th", { scope: "row", class: "mono" }, excerpt(path, 200)), h("td", {}, kinds[kind] ?? kind),
      h("td", { class: "mono excerpt" }, live === undefined ? "–" : h("del", {}, excerpt(live, 140))),
      h("td", { class: "mono excerpt" }, candidate === undefined ? "–" : h("ins", {}, excerpt(candidate, 140)))))));
}

function details(values) {
  const entries = Object.entries(values);
  return entries.length > 0 && h("p", { class: "quiet" }, entries.map(([name, value], index) => [
    index > 0 && " · ", `${excerpt(name.replaceAll("_", " "), 60)} ${number(value)}`]));
}
