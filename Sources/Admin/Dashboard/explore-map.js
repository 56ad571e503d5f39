// The map of requests: what is near each other means something alike, colour and size say how far the answers diverge.

import { fill, h } from "./dom.js";
import { count, number, percent } from "./format.js";
import { MapCanvas } from "./map-canvas.js";
import { MapPoints, bandNames } from "./map-points.js";
import { brief, excerpt } from "./texts.js";

const touch = 10;
const step = 60;
const idle = "Point at a request to read it.";

/**
 * The map's part of the page: `element`, `show(map)`, `mark(ids)`, `point(id)`.
 * `open(id)` opens a pair, `briefs` tells what one holds.
 */
export function requestMap({ signal, open, briefs }) {
  const canvas = h("canvas", {
    tabindex: "0", role: "application", "aria-label": "Map of requests", "aria-describedby": "map-keys map-text",
    class: "map",
  });
  const view = new MapCanvas(canvas);
  const info = h("p", { class: "map-info", "aria-live": "polite" }, idle);
  const legend = h("ul", { class: "legend", "aria-label": "Divergence" });
  const text = h("p", { id: "map-text", class: "quiet" });
  const zoomed = (factor) => () => (view.zoom(factor), refresh());
  const tools = h("div", { class: "map-tools" },
    h("button", { "aria-label": "Zoom in", on: { click: zoomed(1.6) } }, "+"),
    h("button", { "aria-label": "Zoom out", on: { click: zoomed(1 / 1.6) } }, "−"),
    h("button", { on: { click: () => (view.fit(), refresh()) } }, "Whole map"));
  const element = h("div", {}, h("div", { class: "map-frame" }, canvas, tools), legend, info, text,
    h("p", { id: "map-keys", class: "quiet" },
      "Drag or arrow keys move, wheel or + and − zoom, 0 shows all. By keyboard the request nearest to the centre is "
      + "the chosen one. Click or Enter opens a request."));
  const told = teller(info, briefs, signal);
  let isAsked = false;

  function refresh() {
    if (isAsked || !view.points || signal.aborted) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      if (!signal.aborted) view.draw();
    });
  }

  function prepare() {
    if (!view.points || canvas.clientWidth === 0) return;
    view.prepare(view.points);
    refresh();
  }

  function choose(left, top, radius) {
    const place = view.place(left, top);
    const found = view.points?.nearest(place.x, place.y, radius / view.scale) ?? null;
    view.current = found?.index ?? null;
    told(found, view.points);
    refresh();
    return found;
  }

  const hands = { view, canvas, refresh, choose, open };
  byPointer(hands);
  byKeys(hands);
  const sizes = new ResizeObserver(prepare);
  sizes.observe(canvas);
  signal.addEventListener("abort", () => sizes.disconnect());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", prepare, { signal });

  return {
    element,
    show(map) {
      const points = new MapPoints(map);
      view.prepare(points);
      view.fit();
      drawLegend(legend, points);
      fill(text, describe(points, map.explained));
      refresh();
    },
    /** Highlights these pairs; null highlights none. Tells how many of them are on the map. */
    mark(ids) {
      if (!view.points) return 0;
      view.marked = ids && ids.map((id) => view.points.indices.get(id)).filter((index) => index !== undefined);
      refresh();
      return view.marked?.length ?? 0;
    },
    point(id) {
      view.current = (id && view.points?.indices.get(id)) ?? null;
      refresh();
    },
  };
}

function drawLegend(legend, points) {
  fill(legend, h("li", {}, "Divergence:"), bandNames.map((name, band) => h("li", {},
    h("span", { class: `dot dot-${band}`, "aria-hidden": "true" }), `${name} (${count(points.sizes[band])})`)));
}

function describe(points, explained) {
  const shares = explained.map((share) => percent(share, 0));
  const name = points.count === 1 ? "request" : "requests";
  return `${count(points.count)} ${name}, the newest of this trial. What lies together means something alike; the axes `
    + `show ${shares[0]} and ${shares[1]} of how requests vary, so points far apart are unlike, and points near each `
    + "other only may be alike. Where dark points gather (bright ones in dark mode), the candidate answers otherwise.";
}

function byPointer({ view, canvas, refresh, choose, open }) {
  let last = null;
  let moved = 0;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    last = event;
    moved = 0;
    view.showsCross = false;
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return void choose(event.offsetX, event.offsetY, touch);
    moved += Math.abs(event.clientX - last.clientX) + Math.abs(event.clientY - last.clientY);
    view.pan(last.clientX - event.clientX, last.clientY - event.clientY);
    last = event;
    refresh();
  });
  const release = (event) => {
    if (last && event.type === "pointerup" && moved < 4) {
      const found = choose(event.offsetX, event.offsetY, touch);
      if (found) open(found.id);
    }
    last = null;
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("pointerleave", () => {
    if (!last && document.activeElement !== canvas) view.current = null;
    refresh();
  });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 30 : 1;
    view.zoom(Math.exp(-event.deltaY * lines * 0.0015), event.offsetX, event.offsetY);
    refresh();
  }, { passive: false });
}

function byKeys({ view, canvas, refresh, choose, open }) {
  const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
  const zooms = { "+": 1.6, "=": 1.6, "-": 1 / 1.6, "−": 1 / 1.6 };
  const atCentre = () => {
    view.showsCross = true;
    return choose(canvas.clientWidth / 2, canvas.clientHeight / 2, step);
  };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !view.points) return;
    if (event.key === "Enter") {
      const found = atCentre();
      if (found) open(found.id);
    } else if (moves[event.key]) {
      view.pan(...moves[event.key]);
    } else if (zooms[event.key]) {
      view.zoom(zooms[event.key]);
    } else if (event.key === "0") {
      view.fit();
    } else {
      return;
    }
    event.preventDefault();
    if (event.key !== "Enter") atCentre();
  });
  canvas.addEventListener("focus", () => {
    if (canvas.matches(":focus-visible") && view.points) atCentre();
  });
  canvas.addEventListener("blur", () => {
    view.showsCross = false;
    refresh();
  });
}

/** Says what the chosen point is; what the request holds follows when somebody stays there. */
function teller(info, briefs, signal) {
  let timer = null;
  let shown = null;
  signal.addEventListener("abort", () => clearTimeout(timer));
  return (found, points) => {
    if ((found?.id ?? null) === shown) return;
    shown = found?.id ?? null;
    clearTimeout(timer);
    if (!found) return void fill(info, idle);
    const head = [h("strong", {}, `divergence ${number(points.divergence[found.index])}`),
      found.stacked > 1 && ` · ${count(found.stacked)} equal requests here, the most divergent is shown`];
    fill(info, head);
    timer = setTimeout(async () => {
      const isWanted = () => shown === found.id;
      const pair = await briefs.get(found.id, isWanted);
      if (!isWanted() || signal.aborted) return;
      if (!pair) return void fill(info, head, " · it is not kept any more");
      const { request, live, candidate } = brief(pair);
      fill(info, head, h("br"), "Request: ", excerpt(request, 240), h("br"), "Live: ", excerpt(live, 160),
        h("br"), "Candidate: ", excerpt(candidate, 160));
    }, 120);
  };
}
