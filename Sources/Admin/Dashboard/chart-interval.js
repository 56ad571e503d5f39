// One check's bounds against its margin. All checks share one axis, whatever their unit: at 0 the candidate does as
// live does, at 1 it is as much worse as the margin allows.

import { h } from "./dom.js";

const width = 176;
const height = 28;
const [low, high] = [-1, 2.2];
const place = (value) => (Math.min(high, Math.max(low, value)) - low) / (high - low) * width;
const colours = { pass: "var(--good)", fail: "var(--bad)", undecided: "var(--warn)" };
const isNumber = Number.isFinite;

/**
 * `neutral`: the value of "as live does", drawn if `hasNeutral`. `isExact`: a count without bounds, drawn as its dot
 * alone. A bound that is missing is open: the bar ends in an arrow. Null for a check that is about no margin.
 */
export function interval({ lower, upper, mean, margin, neutral, hasNeutral, state, isExact, title, description }) {
  if (!isNumber(margin) || !(margin > neutral) || !(state in colours)) return null;
  const scaled = (value) => (value - neutral) / (margin - neutral);
  const fill = { fill: colours[state] };
  const label = `${title}: ${description}`;
  return h("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label },
    h("title", { svg: true }, description),
    beyond(),
    hasNeutral && rule(place(0), "2 3"),
    !isExact && bar(isNumber(lower) ? scaled(lower) : -Infinity, isNumber(upper) ? scaled(upper) : Infinity, fill),
    rule(place(1), null),
    isNumber(mean) && dot(scaled(mean)));
}

/** The part that is worse than accepted, hatched so that it does not rest on colour. */
function beyond() {
  const start = place(1);
  let path = "";
  for (let x = start; x < width; x += 7) {
    path += `M${x} ${height}L${Math.min(x + height, width)} ${Math.max(0, height - (width - x))}`;
  }
  return [
    h("rect", { x: start, y: 0, width: width - start, height, style: { fill: "var(--bad)", "fill-opacity": ".08" } }),
    h("path", { d: path, style: { stroke: "var(--bad)", "stroke-opacity": ".25" } }),
  ];
}

const rule = (x, dashes) =>
  h("line", { x1: x, x2: x, y1: 0, y2: height, "stroke-dasharray": dashes,
    style: { stroke: dashes ? "var(--quiet)" : "var(--text)", "stroke-width": dashes ? 1 : 2 } });

/** A bar that goes on beyond the drawing ends in an arrow; one that lies beyond it keeps a stump. */
function bar(lower, upper, fill) {
  const [isCutLeft, isCutRight] = [lower < low, upper > high];
  const left = isCutLeft ? 8 : Math.min(place(lower), width - (isCutRight ? 22 : 4));
  const right = isCutRight ? width - 8 : Math.max(place(upper), left + (isCutLeft ? 14 : 4));
  return [
    h("rect", { x: left, y: 9, width: right - left, height: 10, style: fill }),
    isCutLeft && h("path", { d: "M9 6L1 14L9 22Z", style: fill }),
    isCutRight && h("path", { d: `M${width - 9} 6L${width - 1} 14L${width - 9} 22Z`, style: fill }),
  ];
}

const ring = { fill: "var(--back)", stroke: "var(--text)", "stroke-width": 2 };

/** The estimate; none is drawn beyond the axis, the arrow says so. */
const dot = (mean) => mean >= low && mean <= high
  && h("circle", { cx: place(mean), cy: 14, r: 4, style: ring });

/** Where the words above a column of such drawings stand. */
export const intervalPlaces = { width, neutral: place(0), margin: place(1) };
