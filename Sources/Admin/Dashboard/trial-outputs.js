// Each output: how far the answers lie apart beside how far live lies from itself, and what became what.

import { divergenceChart } from "./chart-distribution.js";
import { h } from "./dom.js";
import { count, number } from "./format.js";
import { difference, explore, line, prose, sentence, share } from "./trial-text.js";

/** Outputs that are drawn; the table has all of them. */
const drawn = 12;
const head = (name, isNumber = true) => h("th", { scope: "col", class: isNumber && "number" }, name);
const figure = (...content) => h("td", { class: "number" }, ...content);

export function outputsSection(shown) {
  const { outputs, determinism } = shown.trial;
  const found = outputs.filter(({ compared }) => compared > 0)
    .sort((one, other) => other.divergence.mean - one.divergence.mean);
  const props = { id: "outputs", class: "panel", tabindex: -1, "aria-labelledby": "outputs-title" };
  return h("section", { ...props, "data-key": "outputs" },
    h("h2", { id: "outputs-title" }, "Divergence beside noise"),
    outputs.length === 0
      ? h("p", {}, "Comparators are chosen after the first pairs that both versions answered.")
      : [
        h("p", {}, "Divergence is the distance of the two answers to one request, 0 to 1. Noise is the distance of " +
          "live to itself, asked again. ", prose(sentence(determinism.sentence)), " ",
          h("a", { href: explore(shown, { diverged: 1 }) }, "See the pairs that diverged")),
        table(outputs),
        found.slice(0, drawn)
          .map((output, index) => article(output, shown.role, sameClasses(output, found.slice(0, index)))),
        found.length > drawn && h("p", { class: "quiet" },
          `${found.length - drawn} more outputs, which diverge less, are in the table alone.`),
      ]);
}

function table(outputs) {
  return h("table", {},
    h("thead", {}, h("tr", {}, head("Output", false), head("Comparator", false),
      ["Compared", "Diverged", "Divergence", "Noise", "Excess", "Other class"].map((name) => head(name)))),
    h("tbody", {}, outputs.map((output) => h("tr", { "data-key": output.plan.name },
      h("th", { scope: "row" }, h("code", {}, line(output.plan.name, 120))),
      h("td", {}, output.plan.comparator),
      figure(count(output.compared)), figure(share(output.diverged, output.compared)),
      figure(output.compared > 0 ? number(output.divergence.mean) : "–"),
      figure(output.noise.count > 0 ? number(output.noise.mean) : "–"), figure(excess(output)),
      figure(share(output.flips, output.compared))))));
}

const excess = (output) => (output.excess === undefined ? "–"
  : `${number(output.excess)}${output.excessError === undefined ? "" : ` ± ${number(output.excessError)}`}`);

/** The name of an output drawn before whose classes changed in the same way: shown once is enough. */
const sameClasses = ({ confusion: cells }, earlier) => cells.length > 0 &&
  earlier.find((other) => JSON.stringify(other.confusion) === JSON.stringify(cells))?.plan.name;

function article(output, role, same) {
  const { plan } = output;
  const name = line(plan.name, 120);
  const chart = divergenceChart(name, output.divergence, output.noise);
  return h("article", { class: "output", "data-key": plan.name },
    h("h3", {}, h("code", {}, name), ` ${line(plan.datatype, 24)}`),
    h("p", {}, comparison(plan), bias(output, role)),
    chart && h("figure", {}, chart, h("figcaption", {}, "Share of pairs, %, by distance of the two answers.")),
    h("div", {},
      same ? h("p", {}, "Classes flipped as in ", h("code", {}, line(same, 120)), ".") : confusion(output, role),
      plan.override && h("details", { "data-key": "override" }, h("summary", {}, "Compare it in another way"),
        h("p", {}, "In the live version's model.yaml, for example:"), h("pre", {}, plan.override))),
    h("div", { class: "wide" },
      fields(output), counted("Missing outputs, other datatypes and shapes", output.structure)));
}

function comparison(plan) {
  const tolerance = plan.tolerance === undefined ? "" : `, and up to ${number(plan.tolerance)} counts as equal`;
  const masked = plan.masked.slice(0, 20).map((place, index) => [index > 0 && ", ", h("code", {}, line(place, 120))]);
  const more = plan.masked.length > 20 && ` and ${plan.masked.length - 20} more`;
  return [`Compared by ${plan.comparator}${tolerance}: `, prose(sentence(line(plan.why, 300))),
    masked.length > 0 && [" Not compared: ", masked, more, "."]];
}

function bias({ bias: away, larger, smaller }, role) {
  if (away === undefined) return null;
  return ` On average the ${role}'s value is ${number(away)} away; larger in ${count(larger ?? 0)} pairs, smaller in ` +
    `${count(smaller ?? 0)}.`;
}

/** Which class became which: a matrix for up to twelve classes, else the most frequent changes. */
function confusion({ confusion: cells, flips }, role) {
  if (cells.length === 0) return null;
  const classes = [...new Set(cells.flatMap((cell) => [cell.live, cell.candidate]))]
    .sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
  if (flips === 0) return h("p", {}, "Both versions named the same class in every pair.");
  return classes.length <= 12 ? matrix(cells, classes, role) : changes(cells, role);
}

function matrix(cells, classes, role) {
  const counts = new Map(cells.map((cell) => [JSON.stringify([cell.live, cell.candidate]), cell.count]));
  const cell = (live, candidate) => {
    const pairs = counts.get(JSON.stringify([live, candidate]));
    if (!pairs) return h("td", { class: "quiet" }, "·");
    return h("td", { class: live === candidate ? "same" : "flip" }, count(pairs));
  };
  return h("table", { class: "confusion" },
    h("caption", {}, `What flips to what, pairs: class named by live (rows) and by the ${role} (columns). Bold on ` +
      "colour: another class."),
    h("thead", {}, h("tr", {}, h("td", {}), classes.map((name) => h("th", { scope: "col" }, line(name, 24))))),
    h("tbody", {}, classes.map((live) => h("tr", {},
      h("th", { scope: "row" }, line(live, 24)), classes.map((candidate) => cell(live, candidate))))));
}

function changes(cells, role) {
  const found = cells.filter((cell) => cell.live !== cell.candidate);
  return h("table", {},
    h("caption", {}, "What flips to what", found.length > 15 && `; ${found.length - 15} more changes are rarer`),
    h("thead", {}, h("tr", {}, head("live", false), head(role, false), head("Pairs"))),
    h("tbody", {}, found.slice(0, 15).map((cell) => h("tr", {},
      h("td", {}, line(cell.live)), h("td", {}, line(cell.candidate)), figure(count(cell.count))))));
}

/** Places in JSON texts that differ, most frequent first. */
function fields({ fields: places }) {
  if (places.length === 0) return null;
  return h("table", {},
    h("caption", {}, "Fields that differ", places.length > 20 && `; ${places.length - 20} more differ less often`),
    h("thead", {}, h("tr", {}, head("Field", false), head("Difference", false), head("Pairs"),
      head("Live against itself"), head("Example", false))),
    h("tbody", {}, places.slice(0, 20).map((place) => h("tr", { "data-key": `${place.kind} ${place.path}` },
      h("th", { scope: "row" }, h("code", {}, line(place.path, 160)),
        place.isMasked && h("small", {}, "not compared any more: it is noise")),
      h("td", {}, difference(place.kind)), figure(count(place.count)), figure(count(place.noise)),
      h("td", {}, place.example && [
        h("del", {}, h("code", {}, line(place.example.live ?? "nothing"))), " became ",
        h("ins", {}, h("code", {}, line(place.example.candidate ?? "nothing"))),
      ])))));
}

/** Sentences with how often each held, most often first. */
export function counted(title, counts) {
  const found = Object.entries(counts).sort((one, other) => other[1] - one[1]);
  if (found.length === 0) return null;
  return h("table", {}, h("caption", {}, title),
    h("thead", {}, h("tr", {}, head("Pairs"), head("What", false))),
    h("tbody", {}, found.map(([what, pairs]) =>
      h("tr", {}, figure(count(pairs)), h("td", {}, prose(line(what, 300)))))));
}
