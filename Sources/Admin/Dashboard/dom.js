// Builds elements. Text only ever becomes text nodes and attributes, so nothing that traffic holds can become markup.

const svgTags = new Set([
  "svg", "g", "path", "line", "rect", "circle", "text", "title", "polyline", "polygon", "defs", "desc", "pattern",
]);

/**
 * An element. `props`: attributes; `on` holds listeners, `style` CSS properties, `class` a string or a list; null, false
 * and undefined leave an attribute out. `children`: nodes, text, numbers, lists of them; null and false are nothing.
 */
export function h(tag, props = {}, ...children) {
  const isSVG = svgTags.has(tag) && tag !== "title" || props.svg;
  const element = isSVG
    ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false || name === "svg") continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === "style") {
      // Through the object model: the content security policy forbids style attributes in markup.
      for (const [property, text] of Object.entries(value)) element.style.setProperty(property, text);
    } else if (name === "class") {
      element.setAttribute("class", Array.isArray(value) ? value.filter(Boolean).join(" ") : value);
    } else if (name === "value" || name === "checked" || name === "disabled") {
      element[name] = value;
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  append(element, children);
  return element;
}

export function append(element, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(element, child);
    else element.append(child instanceof Node ? child : String(child));
  }
}

/** Puts `children` in the place of all that `element` holds. */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

/** Tells a screen reader, without a change on the page. */
export function announce(text) {
  const status = document.getElementById("status");
  if (status) status.textContent = text;
}

/** Loads a view's own style sheet, once; a view waits for it before it draws. */
export function stylesheet(file) {
  const href = `/assets/${file}`;
  if (document.head.querySelector(`link[href="${href}"]`)) return null;
  return new Promise((resolve) => {
    const done = { load: resolve, error: resolve };
    document.head.append(h("link", { rel: "stylesheet", href, on: done }));
  });
}
