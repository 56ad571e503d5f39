// Small charts of the last five minutes, one point a second. The figures beneath each are its text alternative.

import { h } from "./dom.js";

const span = 300_000;
const width = 300;
const height = 56;

/**
 * A chart of `rows`: `{ name, class, stroke, lines: [{ label, isThin, value, now }] }`. `value(point)` is a number or
 * null, of a `point` = `{ at, seconds, figures }`; `now(points)` is what stands beneath as text.
 */
export function liveChart({ title, help, format, rows, isLogarithmic = false }) {
  const lines = rows.flatMap((row) => row.lines.map((line) => {
    const path = h("path", { class: ["line", row.class, row.stroke, line.isThin && "thin"] });
    const cell = h("td", { class: "number" }, "–");
    return { ...line, row, path, cell };
  }));
  const top = h("span", { class: "top quiet" });
  const svg = h("svg", {
    viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img",
    "aria-label": `${title}, the last five minutes; the newest figures are in the table below`,
  }, h("path", { class: "axis", d: `M0 ${height - 0.5}H${width}` }), lines.map((line) => line.path));
  const element = h("figure", { class: "live-chart" },
    h("figcaption", { title: help }, h("span", {}, title), top),
    h("div", { class: "plot" }, svg), legend(rows, lines, title));

  return { element, draw: (points) => draw(points, lines, top, { format, isLogarithmic }) };
}

function legend(rows, lines, title) {
  const labels = rows[0]?.lines.map((line) => line.label) ?? [];
  const head = labels.some(Boolean) && h("thead", {}, h("tr", {},
    h("th", { scope: "col" }, "Side"), labels.map((label) => h("th", { scope: "col", class: "number" }, label))));
  return h("table", {}, h("caption", { class: "visually-hidden" }, `${title}, newest figures`), head,
    h("tbody", {}, rows.map((row) => h("tr", {},
      h("th", { scope: "row" }, swatch(row), row.name),
      lines.filter((line) => line.row === row).map((line) => line.cell)))));
}

const swatch = (row) => h("svg", { class: "swatch", viewBox: "0 0 22 8", "aria-hidden": "true" },
  h("path", { class: ["line", row.class, row.stroke], d: "M0 4H22" }));

function draw(points, lines, top, { format, isLogarithmic }) {
  const end = points.at(-1)?.at ?? 0;
  const drawn = lines.map((line) => points.map((point) => line.value(point)));
  const known = drawn.flat().filter((value) => value > 0);
  const largest = known.reduce((most, value) => Math.max(most, value), 0);
  const smallest = known.reduce((least, value) => Math.min(least, value), largest);
  const spread = Math.log(largest / smallest) || 1;
  const scale = (value) => {
    if (largest === 0) return 0;
    return isLogarithmic ? Math.log(Math.max(value, smallest) / smallest) / spread : value / largest;
  };
  lines.forEach((line, index) => {
    line.path.setAttribute("d", path(points, drawn[index], end, scale));
    const text = format(line.now(points));
    if (line.cell.textContent !== text) line.cell.textContent = text;
  });
  const range = isLogarithmic ? `${format(smallest)} to ${format(largest)}` : `up to ${format(largest)}`;
  top.textContent = largest > 0 ? range : "";
}

/** Where nothing is known, and where seconds are missing, the line is broken. */
function path(points, values, end, scale) {
  let text = "";
  let last = null;
  points.forEach((point, index) => {
    const value = values[index];
    if (value === null || end - point.at > span) {
      last = null;
      return;
    }
    const x = width * (1 - (end - point.at) / span);
    const y = height - 2 - scale(value) * (height - 4);
    const begins = last === null || point.at - last > 3_000;
    // A point that stands alone is a short line, else nothing would be seen of it.
    text += `${begins ? `M${(x - 0.7).toFixed(1)} ${y.toFixed(1)}L` : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
    last = point.at;
  });
  return text;
}

const recent = (points, seconds) => {
  const end = points.at(-1)?.at ?? 0;
  return points.filter((point) => end - point.at < seconds * 1_000);
};

/** Events per second over the last ten seconds. */
export const rateNow = (count) => (points) => {
  const newest = recent(points, 10);
  const seconds = newest.reduce((sum, point) => sum + point.seconds, 0);
  return seconds > 0 ? newest.reduce((sum, point) => sum + count(point), 0) / seconds : null;
};

/** Share of all that was counted in the five minutes; null when nothing was. */
export const shareNow = (part, whole) => (points) => {
  const all = points.reduce((sum, point) => sum + whole(point), 0);
  return all > 0 ? points.reduce((sum, point) => sum + part(point), 0) / all : null;
};

/** The newest figure that is known, no older than ten seconds. */
export const newest = (value) => (points) => recent(points, 10).map(value).findLast((known) => known !== null) ?? null;
