"""What can be checked of a page for people who do not see it, or see it otherwise, without a tool from elsewhere: names,
structure, contrast (WCAG 2.2: 1.1.1, 1.3.1, 1.4.3, 2.4.3, 2.4.7, 4.1.2)."""

_CHECKS = r"""
() => {
  const problems = [];
  const shown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    && !element.closest(".visually-hidden, .skip");
  const where = (element) => `${element.tagName.toLowerCase()} "${(element.textContent || element.id || "").trim()
    .slice(0, 40)}"`;
  const named = (element) => [
    element.getAttribute("aria-label"),
    (element.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent ?? "")
      .join(""),
    ...[...(element.labels ?? [])].map((label) => label.textContent),
    ["BUTTON", "A", "SUMMARY"].includes(element.tagName) ? element.textContent : "",
  ].some((name) => name?.trim());

  if (!document.documentElement.lang) problems.push("the page has no language");
  if (!document.title) problems.push("the page has no title");
  if (document.querySelectorAll("main h1").length !== 1) problems.push("the page has not one h1");
  let level = 1;
  for (const heading of document.querySelectorAll("main :is(h1, h2, h3, h4, h5, h6)")) {
    if (!shown(heading)) continue;
    const own = Number(heading.tagName[1]);
    if (own > level + 1) problems.push(`a level is left out before ${where(heading)}`);
    level = own;
  }
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) problems.push(`id ${id} stands twice`);
  for (const element of document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")) {
    if (shown(element) && !named(element)) problems.push(`no name: ${where(element)} ${element.className}`);
    if (element.tabIndex > 0) problems.push(`out of order: ${where(element)}`);
  }
  for (const image of document.querySelectorAll("img, svg, canvas")) {
    const isNamed = image.getAttribute("alt") || image.getAttribute("aria-label") || image.getAttribute("aria-labelledby")
      || image.querySelector(":scope > title");
    const isLeftOut = image.closest("[aria-hidden=true]") || image.getAttribute("alt") === "";
    if (shown(image) && !isNamed && !isLeftOut) problems.push(`no text: ${where(image)} ${image.getAttribute("class")}`);
  }
  for (const head of document.querySelectorAll("th")) {
    if (!head.scope) problems.push(`no scope: ${where(head)}`);
  }

  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const colour = (text) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = text;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const over = (front, back) => front.slice(0, 3).map((part, index) => part * front[3] + back[index] * (1 - front[3]));
  const background = (element) => {
    const layers = [];
    for (let place = element; place; place = place.parentElement) {
      const layer = colour(getComputedStyle(place).backgroundColor);
      layers.push(layer);
      if (layer[3] === 1) break;
    }
    return layers.reverse().reduce((back, layer) => over(layer, back), [255, 255, 255]);
  };
  const light = (parts) => parts.map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || seen.has(element) || !shown(element)) continue;
    seen.add(element);
    if (element.closest(":disabled, option")) continue;
    const style = getComputedStyle(element);
    const back = background(element);
    const front = over(colour(element.closest("svg") ? style.fill : style.color), back);
    const [high, low] = [light(front), light(back)].sort((one, other) => other - one);
    const ratio = (high + 0.05) / (low + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) problems.push(`contrast ${ratio.toFixed(2)}: ${where(element)}`);
  }
  return problems;
}
"""

_FOCUSED = """
() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const all = [...document.querySelectorAll("*")];
  const style = getComputedStyle(element);
  return { place: all.indexOf(element), isMarked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0,
    name: element.textContent.trim().slice(0, 30) || element.id };
}
"""


def problems(page):
    return page.evaluate(_CHECKS)


def focus_problems(page, steps=40):
    """Tab goes through the page in the order it is read, and what has the focus can be seen to have it."""
    found, last = [], -1
    page.evaluate("document.activeElement?.blur()")
    for _ in range(steps):
        page.keyboard.press("Tab")
        focused = page.evaluate(_FOCUSED)
        if focused is None or focused["place"] == last:
            break
        if focused["place"] < last:
            # Round again, from the page's beginning.
            break
        if not focused["isMarked"]:
            found.append(f"focus cannot be seen: {focused['name']}")
        last = focused["place"]
    return found if last >= 0 else ["nothing takes the focus"]
