// The live charts of one model: what clients got, and how both sides did on the mirrored requests.

import { liveChart, newest, rateNow, shareNow } from "./chart-live.js";
import { h } from "./dom.js";
import { duration, number, percent } from "./format.js";

/** `draw(history)` with `live.history`; `status` says which slots hold something. */
export function modelCharts(status) {
  const charts = [rates(status), failures(status), waits(status), runs(status)];
  return {
    element: h("div", { class: "live-charts" }, charts.map((chart) => chart.element)),
    draw(history) {
      const points = history.map((figures) => (
        { at: Date.parse(figures.at), seconds: figures.seconds, figures: figures.models[status.model] }));
      for (const chart of charts) chart.draw(points);
    },
  };
}

/** What has to be the same for charts to be drawn on: who stands where. */
export const chartKey = (status) =>
  [status.live, status.split.share > 0, ...status.slots.map((slot) => `${slot.role} ${slot.version}`)].join();

/** Green is dashed, so that the two are told apart without their colours. */
const row = (slot, lines, name = slot) => ({ name, class: slot, stroke: slot === "green" ? "dashed" : null, lines });

/** The slots that answer clients, or did before a promotion. */
const answering = ({ slots, split }) =>
  slots.filter(({ role }) => role === "live" || role === "standby" || role === "candidate" && split.share > 0)
    .map((slot) => slot.slot);

/** The slot beside the live one, when it holds a version. */
const beside = (status) =>
  status.slots.find((slot) => slot.slot !== status.live && slot.version !== undefined)?.slot;

/** Of a second without a request nothing is in the figures: that is none, and no latency. */
const requests = (slot) => (point) => point.figures?.slots?.[slot]?.requests ?? 0;
const errors = (slot) => (point) => point.figures?.slots?.[slot]?.errors ?? 0;
const pairs = (point) => point.figures?.mirrored?.pairs ?? 0;
const failed = (side) => (point) => point.figures?.mirrored?.[side]?.errors ?? 0;
const share = (part, whole) => (point) => (whole(point) > 0 ? part(point) / whole(point) : null);

function rates(status) {
  const line = (count) => [{ value: (point) => count(point) / point.seconds, now: rateNow(count) }];
  return liveChart({
    title: "Requests/s",
    help: "Answered to clients, by the slot that answered, and pairs of mirrored requests; the mean of ten seconds.",
    format: (value) => number(value),
    rows: [
      ...answering(status).map((slot) => row(slot, line(requests(slot)))),
      { name: "mirrored", class: "mirrored", stroke: "dotted", lines: line(pairs) },
    ],
  });
}

function failures(status) {
  const line = (part, whole) => [{ value: share(part, whole), now: shareNow(part, whole) }];
  const other = beside(status);
  return liveChart({
    title: "Failed answers",
    help: "Errors, time-outs and invalid answers as a share, over five minutes.",
    format: (value) => percent(value),
    rows: [
      ...answering(status).map((slot) => row(slot, line(errors(slot), requests(slot)), `${slot}, clients`)),
      ...(other ? [{ ...row(other, line(failed("candidate"), pairs), `${other}, mirrored`), stroke: "dotted" }] : []),
    ],
  });
}

function percentiles(figures) {
  const line = (name) => {
    const value = (point) => figures(point)?.[name] ?? null;
    return { label: name, isThin: name === "p50", value, now: newest(value) };
  };
  return [line("p50"), line("p99")];
}

const waits = (status) => liveChart({
  title: "Latency",
  help: "Whole time in the gateway of requests of clients, in the newest second. Thin: p50. Thick: p99. "
    + "The scale is logarithmic.",
  isLogarithmic: true,
  format: duration,
  rows: answering(status).map((slot) => row(slot, percentiles((point) => point.figures?.slots?.[slot]))),
});

function runs(status) {
  const other = beside(status);
  const sides = other ? { [status.live]: "live", [other]: "candidate" } : {};
  return liveChart({
    title: "Model run",
    help: "Run time of the model alone, of both sides of the mirrored requests, in the newest second. "
      + "The scale is logarithmic.",
    isLogarithmic: true,
    format: duration,
    rows: Object.keys(sides).sort()
      .map((slot) => row(slot, percentiles((point) => point.figures?.mirrored?.[sides[slot]]))),
  });
}
