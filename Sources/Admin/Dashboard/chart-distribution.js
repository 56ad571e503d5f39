// How figures are distributed: times of legs on one logarithmic axis, and divergence of one output beside noise.

import { count, duration, number } from "./format.js";
import { h } from "./dom.js";

const microseconds = (value) => duration(value / 1e6);
const drawing = (width, height, title, description, ...content) =>
  h("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title}. ${description}`,
    style: { width: "100%", "max-width": `${width * 1.15}px`, height: "auto", display: "block" } }, ...content);
const label = (x, y, words, anchor = "middle", props = {}) =>
  h("text", { x, y, "text-anchor": anchor, ...props }, words);
const quiet = { class: "quiet" };

/** Round figures from 0 up to `high` or just beyond. */
function ticks(high) {
  const power = 10 ** Math.floor(Math.log10(high / 3));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((value) => value * 3 >= high) ?? high / 3;
  return [0, 1, 2, 3].map((index) => index * step);
}

const percentTick = (share) => `${number(share * 100)} %`;

// MARK: Latency

const frame = { left: 92, right: 884, top: 12, base: 172, lane: 36 };

/**
 * `legs`: `{ name, slot, line, quantiles, steps }`, where `line` is live, candidate or again, times are in microseconds
 * and steps are `{ from, to, count }` on a logarithmic grid, ascending. Null before there are times.
 */
export function latencyChart(legs) {
  const drawn = legs.filter(({ steps }) => steps.length > 0);
  const axis = timeAxis(drawn);
  if (!axis) return null;
  const heights = ticks(Math.max(...drawn.flatMap((leg) => leg.steps.map((step) => step.count / total(leg)))));
  const y = (share) => frame.base - (share / heights.at(-1)) * (frame.base - frame.top);
  const bottom = frame.base + 30 + drawn.length * frame.lane;
  const described = drawn.map(({ name, quantiles }) => `${name}: median ${microseconds(quantiles.p50)}, p99 ` +
    `${microseconds(quantiles.p99)}, ${count(quantiles.count)} answers`).join("; ");
  return drawing(900, bottom, "Times of the model's run", described,
    heights.map((share) => [
      h("line", { class: "axis", x1: frame.left, x2: frame.right, y1: y(share), y2: y(share) }),
      label(frame.left - 8, y(share) + 4, percentTick(share), "end", quiet),
    ]),
    timeTicks(axis).map((time) => [
      h("line", { class: "axis", x1: axis.x(time), x2: axis.x(time), y1: frame.top, y2: bottom - 8 }),
      label(axis.x(time), frame.base + 16, microseconds(time), "middle", quiet),
    ]),
    // The candidate's line lies on top.
    [...drawn].sort((one, other) => order(one) - order(other)).map((leg) => curve(leg, axis, y)),
    drawn.map((leg, index) => lane(leg, axis, frame.base + 48 + index * frame.lane)));
}

const total = ({ steps }) => steps.reduce((sum, step) => sum + step.count, 0);
const order = ({ line }) => ["again", "live", "candidate"].indexOf(line);

/** Long tails would press the rest together: the axis ends where all but one in a thousand have answered. */
function timeAxis(legs) {
  let [low, high] = [Infinity, 0];
  for (const leg of legs) {
    let seen = 0;
    const last = leg.steps.find((step) => (seen += step.count) >= total(leg) * 0.999);
    low = Math.min(low, leg.steps[0].from);
    high = Math.max(high, last?.to ?? 0, leg.quantiles.p99);
  }
  if (!(low > 0 && high > low)) return null;
  [low, high] = [low / 1.25, Math.max(high * 1.25, low * 2)];
  const share = (time) => Math.log(time / low) / Math.log(high / low);
  const x = (time) => frame.left + Math.min(1, Math.max(0, share(time))) * (frame.right - frame.left);
  return { low, high, x };
}

function timeTicks({ low, high }) {
  let found = [];
  for (const factors of [[1], [1, 2, 5], [1, 1.5, 2, 3, 4, 5, 6, 8]]) {
    found = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
      found.push(...factors.map((factor) => factor * 10 ** power).filter((time) => time >= low && time <= high));
    }
    if (found.length >= 4) return found;
  }
  return found;
}

/** Slots differ in colour, legs in how their line is drawn. */
const stroke = ({ slot, line }) => ({
  stroke: line === "again" ? "var(--noise)" : `var(--${slot})`,
  fill: "none",
  "stroke-width": line === "candidate" ? 3 : 2,
  "stroke-dasharray": { live: "none", again: "3 3", candidate: "9 3" }[line],
});

/** A line of steps, down to the axis where no answer was. */
function curve(leg, axis, y) {
  let path = "";
  let last = null;
  for (const step of leg.steps) {
    if (step.from >= axis.high) break;
    const top = y(step.count / total(leg));
    const touches = last && step.from <= last.to * 1.001;
    if (last && !touches) path += `H${axis.x(last.to)}V${frame.base}`;
    path += touches ? `V${top}` : `${last ? "L" : "M"}${axis.x(step.from)} ${frame.base}V${top}`;
    path += `H${axis.x(step.to)}`;
    last = step;
  }
  return h("path", { d: `${path}V${frame.base}`, style: stroke(leg) });
}

/** Median (disc) and p99 (diamond), joined by the leg's line, so that it is the legend too. */
function lane(leg, axis, y) {
  const [middle, tail] = [axis.x(leg.quantiles.p50), axis.x(leg.quantiles.p99)];
  const fill = { fill: stroke(leg).stroke };
  const isNarrow = tail - middle < 120;
  return [
    label(frame.left - 8, y + 4, leg.name, "end"),
    h("path", { d: `M${middle} ${y}H${Math.max(tail, middle + 1)}`, style: stroke(leg) }),
    h("circle", { cx: middle, cy: y, r: 5, style: fill }),
    h("path", { d: `M${tail - 6} ${y}L${tail} ${y - 6}L${tail + 6} ${y}L${tail} ${y + 6}Z`, style: fill }),
    label(isNarrow ? middle + 6 : middle, y - 9, `p50 ${microseconds(leg.quantiles.p50)}`, isNarrow ? "end" : "middle"),
    label(isNarrow ? Math.min(tail - 6, frame.right - 90) + 14 : Math.min(tail, frame.right - 40), y - 9,
      `p99 ${microseconds(leg.quantiles.p99)}`, isNarrow ? "start" : "middle"),
  ];
}

// MARK: Divergence

/** Upper ends of the steps, inclusive; the first is exactly 0. */
const edges = [0, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];
const plot = { width: 760, left: 52, right: 752, top: 20, base: 140 };

/** `divergence` and `noise`: `{ count, mean, max, histogram }`. Null before anything was compared. */
export function divergenceChart(name, divergence, noise) {
  const [apart, again] = [shares(divergence), shares(noise)];
  if (!apart) return null;
  const scale = ticks(Math.max(...apart, ...(again ?? [])));
  const marks = scale.filter((share) => share <= 1.001);
  const most = Math.max(marks.at(-1), ...apart, ...(again ?? []));
  const y = (share) => plot.base - (share / most) * (plot.base - plot.top);
  const step = (plot.right - plot.left) / edges.length;
  const bar = again ? step / 2 - 3 : step - 10;
  const described = `divergence: ${words(divergence)}${again ? `; noise: ${words(noise)}` : "; no noise was measured"}`;
  return drawing(plot.width, plot.base + 40, `Divergence of ${name}`, described,
    marks.map((share) => [
      h("line", { class: "axis", x1: plot.left, x2: plot.right, y1: y(share), y2: y(share) }),
      label(plot.left - 6, y(share) + 4, percentTick(share), "end", quiet),
    ]),
    edges.map((edge, index) => {
      const x = plot.left + index * step;
      return [
        column(apart[index], x + 3, bar, y, { fill: "var(--accent)" }),
        again && column(again[index], x + 3 + bar, bar, y, hollow),
        label(x + step / 2, plot.base + 15, index === 0 ? "0" : `≤ ${upTo(edge)}`, "middle", quiet),
      ];
    }),
    legend(plot.left, "filled: divergence of the two answers", { fill: "var(--accent)" }),
    again && legend(plot.left + 250, "outlined: noise, live against live asked again", hollow));
}

const upTo = (edge) => (edge < 0.001 ? `1e${Math.round(Math.log10(edge))}` : edge);
const hollow = { fill: "none", stroke: "var(--text)", "stroke-width": 1.5 };
const words = ({ count: pairs, mean, max }) => `mean ${number(mean)}, largest ${number(max)}, ${count(pairs)} pairs`;

function shares({ histogram }) {
  const pairs = histogram.reduce((sum, value) => sum + value, 0);
  return pairs > 0 ? histogram.map((value) => value / pairs) : null;
}

/** The smallest share can still be seen, and each is written above its bar. */
function column(share, x, width, y, style) {
  if (!(share > 0)) return null;
  const top = Math.min(y(share), plot.base - 2);
  const percent = share * 100;
  const figure = percent < 0.01 ? "<.01" : percent.toFixed(percent < 1 ? 2 : percent < 99.95 ? 1 : 0).replace(/^0/, "");
  return [
    h("rect", { x: x + 1, y: top, width: width - 2, height: plot.base - top, style }),
    label(x + width / 2, top - 4, figure, "middle", { style: { "font-size": "10.5px" } }),
  ];
}

const legend = (x, text, style) => [
  h("rect", { x, y: plot.base + 25, width: 12, height: 10, style }),
  label(x + 18, plot.base + 34, text, "start"),
];
