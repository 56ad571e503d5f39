// Numbers and times as people read them. Null is a dash everywhere: nothing is known, which is not zero.

const dash = "–";

export const count = (value) => (value === null || value === undefined ? dash : value.toLocaleString("en"));

/** A share of one as percent, with as many digits as tell something. */
export function percent(share, digits = undefined) {
  if (share === null || share === undefined) return dash;
  const value = share * 100;
  const shown = digits ?? (value === 0 || Math.abs(value) >= 10 ? 0 : Math.abs(value) >= 1 ? 1 : 2);
  return `${value.toFixed(shown)} %`;
}

/** A share as somebody set it: all its digits. */
export const exactPercent = (share) => `${Number((share * 100).toFixed(6))} %`;

/** Seconds, from microseconds to days. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return dash;
  if (seconds < 0.001) return `${(seconds * 1e6).toFixed(0)} µs`;
  if (seconds < 1) return `${(seconds * 1e3).toFixed(seconds < 0.01 ? 2 : 1)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (seconds < 172_800) return `${(seconds / 3600).toFixed(1)} h`;
  return `${(seconds / 86_400).toFixed(1)} days`;
}

export function number(value, digits = 3) {
  if (value === null || value === undefined) return dash;
  if (!Number.isFinite(value)) return String(value);
  return Number(value.toPrecision(digits)).toLocaleString("en", { maximumSignificantDigits: digits });
}

/** An instant in the viewer's own time; `value` is ISO 8601 or microseconds since 1970. */
export function time(value) {
  const date = instant(value);
  return date ? date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" }) : dash;
}

export function ago(value) {
  const date = instant(value);
  if (!date) return dash;
  const seconds = (Date.now() - date.getTime()) / 1000;
  return seconds < 1 ? "just now" : `${duration(seconds)} ago`;
}

function instant(value) {
  if (value === null || value === undefined) return null;
  const date = new Date(typeof value === "number" ? value / 1000 : value);
  return Number.isNaN(date.getTime()) ? null : date;
}

export const digest = (text) => (text ? text.replace(/^sha256:/, "").slice(0, 12) : dash);
