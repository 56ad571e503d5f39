// The page's frame: which view a URL is, the bar on top, and what happens when the gateway asks for a token.

import { ApiError, Unreachable, token } from "./api.js";
import { announce, fill, h } from "./dom.js";
import { live } from "./live.js";

/** Path below /ui to the module of its view. Parts in braces become `params`. */
const routes = [
  ["/", () => import("./overview.js"), "Models"],
  ["/audit", () => import("./audit.js"), "Audit"],
  ["/models/{model}", () => import("./trial.js"), "Trial"],
  ["/models/{model}/explore", () => import("./explore.js"), "Explore"],
  ["/models/{model}/pairs/{id}", () => import("./pair.js"), "Pair"],
  ["/models/{model}/act", () => import("./act.js"), "Act"],
  ["/models/{model}/history", () => import("./history.js"), "History"],
];

let leaving = null;
/** Milliseconds. */
const retryAfter = 5_000;

function match(path) {
  const segments = path.split("/").filter(Boolean);
  for (const [template, load, name] of routes) {
    const parts = template.split("/").filter(Boolean);
    if (parts.length !== segments.length) continue;
    const params = {};
    const fits = parts.every((part, index) => {
      if (!part.startsWith("{")) return part === segments[index];
      const value = decoded(segments[index]);
      params[part.slice(1, -1)] = value;
      return value !== null;
    });
    if (fits) return { load, name, params };
  }
  return null;
}

/** Null when it is no text at all, as `%E0` alone. */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Shows what the address says. */
async function show({ focus = false } = {}) {
  leaving?.abort();
  leaving = new AbortController();
  const signal = leaving.signal;
  const main = document.getElementById("main");
  const path = location.pathname.replace(/^\/ui/, "") || "/";
  const found = match(path);
  drawBar(found);
  if (!found) return fill(main, h("h1", {}, "No such page"), h("p", {}, h("a", { href: "/ui/" }, "All models")));
  const { model } = found.params;
  document.title = `${model ? `${model} · ` : ""}${found.name} · Teal`;
  try {
    const module = await found.load();
    if (signal.aborted) return;
    await module.view({
      root: main,
      params: found.params,
      query: new URLSearchParams(location.search),
      signal,
      live,
      navigate,
      setQuery,
    });
    if (focus && !signal.aborted) {
      main.focus({ preventScroll: true });
      announce(document.title);
    }
  } catch (error) {
    if (!signal.aborted) fail(main, error);
  }
}

function fail(main, error) {
  if (error.name === "AbortError") return;
  if (error instanceof ApiError && error.status === 401) return askToken(main, token.get() !== null);
  const again = h("button", { on: { click: () => show() } }, "Try again");
  const isTold = error instanceof ApiError || error instanceof Unreachable;
  const what = isTold ? error.message : `this page failed: ${error.message}`;
  if (!isTold) console.error(error);
  fill(main, h("div", { class: "problem", role: "alert" }, h("h1", {}, "That did not work"), h("p", {}, what), again));
  // The gateway's own trouble may be over soon.
  if (error instanceof ApiError && error.status >= 500) {
    const signal = leaving.signal;
    setTimeout(() => !signal.aborted && show(), retryAfter);
  }
  if (error instanceof Unreachable) {
    const signal = leaving.signal;
    live.subscribe((figures) => figures && !signal.aborted && show(), signal);
  }
}

function askToken(main, wasRefused) {
  token.clear();
  const input = h("input", { type: "password", id: "token", autocomplete: "off", required: true });
  fill(
    main,
    h("h1", {}, "Who is there?"),
    wasRefused && h("p", { class: "bad", role: "alert" }, "✗ The gateway does not take this token."),
    h("form", {
      on: {
        submit: (event) => {
          event.preventDefault();
          token.set(input.value.trim());
          show();
        },
      },
    },
      h("label", { for: "token" }, "The admin token (admin.token), kept in this tab only: "),
      input, " ", h("button", {}, "Go on")),
  );
  input.focus();
}

async function drawBar(found) {
  const model = found?.params.model;
  const base = model ? `/ui/models/${encodeURIComponent(model)}` : null;
  const link = (href, text) => h("a", { href, "aria-current": href === location.pathname ? "page" : null }, text);
  fill(
    document.getElementById("bar"),
    h("a", { href: "/ui/", class: "brand" }, "Teal"),
    h("nav", { "aria-label": "Pages" }, link("/ui/", "Models"), link("/ui/audit", "Audit")),
    base && h("nav", { "aria-label": `Model ${model}`, class: "model" },
      h("strong", {}, model),
      link(base, "Trial"), link(`${base}/explore`, "Explore"),
      link(`${base}/act`, "Act"), link(`${base}/history`, "History")),
    h("span", { id: "connection", role: "status" }),
  );
  drawConnection();
}

function drawConnection() {
  const place = document.getElementById("connection");
  if (!place) return;
  fill(place, live.isConnected ? "live" : live.isRefused ? "no token" : "no connection: figures are old");
  place.classList.toggle("lost", !live.isConnected);
}

/** Goes to another view, with an entry in the browser's history. */
export function navigate(path) {
  history.pushState(null, "", path);
  show({ focus: true });
}

/** Changes the query of the address without leaving the view; null removes a key. */
export function setQuery(changes) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") query.delete(name);
    else query.set(name, value);
  }
  history.replaceState(null, "", query.size > 0 ? `${location.pathname}?${query}` : location.pathname);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  if (link.origin !== location.origin || !link.pathname.startsWith("/ui") || link.target || link.download) return;
  if (link.hash && link.pathname === location.pathname) return;
  event.preventDefault();
  navigate(link.pathname + link.search);
});
window.addEventListener("popstate", () => show());

const always = new AbortController();
show().then(() => live.subscribe(() => drawConnection(), always.signal));
