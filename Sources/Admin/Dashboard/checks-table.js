// The checks of a verdict, each with what it found: those that block first.

import { h } from "./dom.js";
import { question, symbols, title } from "./trial-text.js";

const tones = { pass: "good", fail: "bad", undecided: "warn", absent: "quiet" };
const words = { block: "decides", inform: "informs only", off: "off" };

export function checksTable(verdict, caption) {
  const rank = (check) => (check.enforcement === "block" ? 0 : 1);
  const checks = [...verdict.checks].sort((one, other) => rank(one) - rank(other));
  const head = ["Check", "Result", "Effect", "What was found"];
  return h("table", { class: "check-table" },
    h("caption", {}, caption),
    h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, checks.map((check) => h("tr", {},
      h("th", { scope: "row", title: question(check) }, title(check)),
      h("td", { class: tones[check.state] }, `${symbols[check.state]} ${check.state}`),
      h("td", {}, words[check.enforcement]),
      h("td", {}, check.sentence)))));
}
