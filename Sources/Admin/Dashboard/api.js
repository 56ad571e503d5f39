// The admin API. Every call that fails throws an ApiError that says what the gateway said.

const tokenKey = "teal-token";

export class ApiError extends Error {
  constructor(status, body) {
    super(body?.error?.message ?? (typeof body?.error === "string" ? body.error : null) ?? `the gateway answered with status ${status}`);
    this.status = status;
    this.code = body?.error?.code ?? "http";
    this.currentRevision = body?.error?.currentRevision;
    this.details = body?.error?.details ?? [];
  }
}

/** No answer at all: the gateway is restarting, or gone. */
export class Unreachable extends Error {
  constructor() {
    super("the gateway does not answer");
  }
}

/** Kept for this tab only, and only where the gateway wants a token. */
export const token = {
  get: () => sessionStorage.getItem(tokenKey),
  set: (value) => sessionStorage.setItem(tokenKey, value),
  clear: () => sessionStorage.removeItem(tokenKey),
};

export async function send(path, options = {}) {
  const headers = new Headers(options.headers);
  if (token.get()) headers.set("Authorization", `Bearer ${token.get()}`);
  let response;
  try {
    response = await fetch(path, { ...options, headers, cache: "no-store", redirect: "error" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Unreachable();
  }
  if (response.ok) return response;
  let body = null;
  try {
    body = await response.json();
  } catch {
    // Not our words; the status has to do.
  }
  throw new ApiError(response.status, body);
}

/** `path` below the API's root, e.g. `models/digits/trial`; `query` leaves out what is null. */
export async function get(path, query = {}, signal = undefined) {
  return (await send(url(path, query), { signal })).json();
}

/**
 * Changes something. `key` makes it safe to send again; a change that has to start from what is on the screen says its
 * `revision` in `body`. `actor` is who asks, for the audit log.
 */
export async function post(path, body, { key = undefined, actor = undefined, signal = undefined } = {}) {
  const headers = { "Content-Type": "application/json" };
  if (key) headers["Idempotency-Key"] = key;
  if (actor) headers["Teal-Actor"] = actor;
  return (await send(url(path), { method: "POST", headers, body: JSON.stringify(body), signal })).json();
}

export function url(path, query = {}) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") search.set(name, value);
  }
  const root = path.startsWith("/") ? path : `/admin/v1/${path}`;
  return search.size > 0 ? `${root}?${search}` : root;
}

/** One segment of a path, whatever it holds. */
export const segment = (text) => encodeURIComponent(text);

/** Saves an answer as a file; through a blob, because a link could not carry the token. */
export async function download(path, name) {
  const blob = await (await send(path)).blob();
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
