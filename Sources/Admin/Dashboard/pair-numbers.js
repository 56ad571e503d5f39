// Two tensors of numbers side by side: short ones as bars, long ones as numbers, those that differ most first.

import { h } from "./dom.js";
import { count } from "./format.js";
import { element } from "./texts.js";

const asBars = 32;
const shownFirst = 24;
const width = 130;

/** `sides`: `[kind, title, tensor or undefined]`, live first. `differing`: indices outside the datatype's tolerance. */
export function numberSides(sides, differing) {
  const present = sides.filter(([, , tensor]) => tensor);
  const size = Math.max(...present.map(([, , tensor]) => tensor.elements.length));
  const differs = new Set(differing);
  const all = [...Array(size).keys()];
  const first = size <= asBars ? all : largest(all, sides, differs);
  const total = Math.max(...present.map(([, , tensor]) => tensor.count));
  const scale = reach(present, first);
  const body = h("tbody", {}, first.map((index) => row(index, sides, differs, scale)));
  const more = first.length < size && h("button", {
    on: {
      click: () => {
        body.replaceChildren(...all.map((index) => row(index, sides, differs, scale)));
        more.remove();
      },
    },
  }, `Show all ${count(size)}, in order`);
  return h("div", { class: "tensor" },
    h("table", {},
      h("caption", {}, caption(size, total, first.length, differs.size)),
      h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "number" }, "Place"),
        sides.map(([, title]) => h("th", { scope: "col" }, title)), h("th", { scope: "col" }, "Differs"))),
      body),
    more);
}

function caption(size, total, shown, differing) {
  const parts = [`${count(differing)} of ${count(size)} values differ`];
  if (shown < size) parts.push(`the ${count(shown)} that differ most are shown`);
  if (total > size) parts.push(`of ${count(total)} values the first ${count(size)} are told`);
  return `${parts.join("; ")}.`;
}

const value = (tensor, index) => (typeof tensor?.elements[index] === "number" ? tensor.elements[index] : NaN);

/** Infinity and NaN beside a number are a difference larger than any. */
function gap(index, [[, , live], [, , candidate]]) {
  const distance = Math.abs(value(live, index) - value(candidate, index));
  return Number.isNaN(distance) ? Infinity : distance;
}

function largest(all, sides, differs) {
  const candidates = differs.size > 0 ? [...differs] : all;
  return candidates.sort((a, b) => gap(b, sides) - gap(a, sides) || a - b).slice(0, shownFirst);
}

function reach(present, indices) {
  let most = 0;
  for (const [, , tensor] of present) {
    for (const index of indices) {
      const size = Math.abs(value(tensor, index));
      if (Number.isFinite(size)) most = Math.max(most, size);
    }
  }
  const isNegative = present.some(([, , tensor]) => indices.some((index) => value(tensor, index) < 0));
  // Probabilities are shares of the whole bar, and so can be compared from pair to pair.
  return { most: most > 0 && most <= 1 && most > 0.05 ? 1 : most || 1, isNegative };
}

function row(index, sides, differs, scale) {
  return h("tr", { class: differs.has(index) && "differs" },
    h("th", { scope: "row", class: "number" }, index),
    sides.map(([kind, , tensor]) => h("td", {}, cell(kind, tensor, index, scale))),
    h("td", {}, differs.has(index) ? "≠" : ""));
}

function cell(kind, tensor, index, { most, isNegative }) {
  const shown = tensor?.elements[index];
  if (shown === undefined) return h("span", { class: "quiet" }, "–");
  const size = value(tensor, index);
  // One number, or the number of a class, is no length.
  if (!Number.isFinite(size) || tensor.count === 1 || /INT|BOOL/.test(tensor.datatype)) {
    return h("span", { class: "mono" }, element(shown));
  }
  const whole = isNegative ? width / 2 : width;
  const length = Math.min(1, Math.abs(size) / most) * whole;
  const indent = isNegative ? (size < 0 ? whole - length : whole) : 0;
  return [h("span", {
    class: `bar ${kind}`, "aria-hidden": "true",
    style: { width: `${length}px`, "margin-left": `${indent}px`, "margin-right": `${width - indent - length + 8}px` },
  }), h("span", { class: "mono" }, element(shown))];
}

/** A tensor that may be a picture, e.g. 8 × 8 values, drawn as one. Null when it cannot be. */
export function picture(tensor) {
  const side = Math.sqrt(tensor.count);
  if (!Number.isInteger(side) || side < 4 || tensor.elements.length !== tensor.count) return null;
  if (!tensor.elements.every((entry) => typeof entry === "number")) return null;
  const canvas = h("canvas", {
    width: side, height: side, class: "picture", role: "img",
    "aria-label": `${tensor.name} drawn as ${side} times ${side} grey values; the numbers stand beside it`,
  });
  const context = canvas.getContext("2d");
  const image = context.createImageData(side, side);
  const least = Math.min(...tensor.elements);
  const range = Math.max(...tensor.elements) - least || 1;
  tensor.elements.forEach((entry, index) => {
    image.data.fill(255 - Math.round((entry - least) / range * 255), index * 4, index * 4 + 3);
    image.data[index * 4 + 3] = 255;
  });
  context.putImageData(image, 0, 0);
  return canvas;
}
