// Two texts side by side, what differs marked by word; of long stretches that are alike the ends.

import { diffWords } from "./diff-words.js";
import { h } from "./dom.js";
import { count } from "./format.js";
import { visible } from "./texts.js";

const around = 200;
/** Beyond this a run is shown by its beginning until somebody asks: a page of megabytes helps nobody. */
const most = 20_000;
const isSpace = (character) => /\s/.test(character);

/** `sides`: live, candidate and perhaps noise, as `[title, text or null]`; the others are held against the first. */
export function textSides(sides) {
  const live = sides[0][1];
  const runs = sides.map(([, text], index) => index > 0 && text !== null && live !== null && diffWords(live, text));
  return h("div", { class: "sides" }, sides.map(([title, text], index) => {
    // Live is marked with what the candidate took out of it.
    const [own, other] = index === 0 ? [runs[1], "added"] : [runs[index], "removed"];
    const isSame = index > 0 && own && own.every((run) => run.kind === "same");
    return h("div", {}, h("h4", {}, title, isSame && ": the same text"),
      h("pre", { tabindex: "0", "aria-label": title },
        text ? (own ? own.filter((run) => run.kind !== other) : [{ kind: "same", text }]).map(shown)
          : h("span", { class: "quiet" }, text === null ? "no answer" : "empty text")));
  }));
}

function shown({ kind, text }) {
  if (kind === "same") return text.length > 3 * around ? folded(text) : visible(text);
  const mark = kind === "removed" ? "del" : "ins";
  return h(mark, {}, cut(text.replaceAll("\n", "↵\n")));
}

/** Cut between words, where there are any near. */
function folded(text) {
  const start = around + Math.max(0, text.slice(around, around + 40).search(/\s/));
  const end = text.length - around - Math.max(0, [...text.slice(-around - 40, -around)].reverse().findIndex(isSpace));
  const inside = text.slice(start, end);
  const button = h("button", {
    on: { click: () => button.replaceWith(cut(inside)) },
  }, `… ${count(inside.length)} characters alike …`);
  return [visible(text.slice(0, start)), button, visible(text.slice(end))];
}

export function cut(text) {
  const place = document.createDocumentFragment();
  place.append(visible(text.slice(0, most)));
  if (text.length > most) {
    const rest = text.slice(most);
    const button = h("button", { on: { click: () => button.replaceWith(cut(rest)) } },
      `… ${count(rest.length)} characters more …`);
    place.append(button);
  }
  return place;
}
