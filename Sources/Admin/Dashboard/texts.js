// What traffic holds, as short texts. It is shown, never obeyed: marks that would turn or hide text become visible.

const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

export function visible(text) {
  return String(text).replace(hidden, (mark) => {
    if (mark === "\r") return "␍";
    return `⟨U+${mark.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });
}

/** The beginning, in one line. */
export function excerpt(text, most = 120) {
  const start = String(text).slice(0, most * 2).replace(/[ \t\r\n]+/g, " ").replace(/^ | $/g, "");
  const characters = Array.from(start);
  const isCut = characters.length > most || String(text).length > most * 2;
  return visible(isCut ? `${characters.slice(0, most).join("")}…` : start);
}

export const isText = (tensor) => tensor.datatype === "BYTES";

export function element(value) {
  if (typeof value !== "number") return String(value);
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size >= 0.001 && size < 1e6 ? String(Number(value.toPrecision(4))) : value.toExponential(2);
}

export function tensorText(tensor, most = 120) {
  if (!tensor) return "nothing";
  if (tensor.hash) return `hash ${excerpt(tensor.hash, most)}`;
  const shown = tensor.elements.slice(0, isText(tensor) ? 4 : 10).map(element).join(isText(tensor) ? " | " : " ");
  const rest = tensor.count > 10 && !isText(tensor) ? ` … (${tensor.count} values)` : "";
  return excerpt(shown, most) + rest;
}

const named = (parts) => parts.map(([name, text]) => (parts.length > 1 ? `${excerpt(name, 40)} ${text}` : text))
  .join("; ");

/** Of many scores the largest says most; a row of them nobody reads. */
function answerText(tensor) {
  const isLong = tensor && !tensor.hash && /^(FP|BF)/.test(tensor.datatype) && tensor.elements.length > 4
    && tensor.count === tensor.elements.length && tensor.elements.every((value) => typeof value === "number");
  if (!isLong) return tensorText(tensor);
  const place = tensor.elements.indexOf(Math.max(...tensor.elements));
  return `largest ${element(tensor.elements[place])} at ${place} of ${tensor.count}`;
}

/** A pair in four short texts. */
export function brief(pair) {
  const { summary } = pair;
  const side = (which) => summary[which] === "answered" || pair.outputs.some((output) => output[which])
    ? named(pair.outputs.map((output) => [output.name, answerText(output[which])])) : summary[which];
  return {
    request: named(pair.inputs.map((input) => [input.name, tensorText(input, 200)])) || "not kept",
    live: side("live"),
    candidate: side("candidate"),
    difference: differing(pair),
  };
}

function differing({ summary, outputs }) {
  const sentences = outputs.filter((output) => output.diverged && output.sentence && !figureAlone.test(output.sentence))
    .map((output) => `${excerpt(output.name, 40)}: ${excerpt(output.sentence, 200)}`);
  if (summary.reason) sentences.unshift(excerpt(summary.reason, 200));
  if (sentences.length > 0) return sentences.join("; ");
  return summary.diverged ? "outside tolerance" : "within tolerance";
}

const figureAlone = /^divergence [\d.e-]+$/;

/** What differs, of a hit: its divergence stands in a column of its own. */
export function difference({ difference: sentence, pair }) {
  if (sentence && !figureAlone.test(sentence)) return excerpt(sentence, 160);
  return pair.diverged ? "outside tolerance" : "within tolerance";
}

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Odds that grow without bound: 1.3·10¹⁷. */
export function odds(value) {
  if (value === null || value === undefined) return "–";
  if (value < 10_000) return value.toLocaleString("en", { maximumSignificantDigits: 3 });
  const [digits, power] = value.toExponential(1).split("e+");
  return `${digits}·10${[...power].map((digit) => superscripts[digit]).join("")}`;
}

/** The styles of a view that not every visitor needs. */
export function styles(path) {
  const known = document.head.querySelector(`link[href="${path}"]`);
  if (known) return Promise.resolve();
  return new Promise((resolve) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = path;
    link.onload = link.onerror = () => resolve();
    document.head.append(link);
  });
}
