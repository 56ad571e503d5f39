// Makes what is on the page like a new drawing of it, node by node, so that focus, scroll, selected text and open
// details stay where they are while figures change.

/**
 * `now` becomes as `next`, which is used up. Children with a `data-key` are matched by it, the others by their order.
 * What people change by hand stays: whether details are open, and all inside of an element with `data-keep`. Listeners
 * do not come along: listen on an element that stays.
 */
export function morph(now, next) {
  const focused = document.activeElement;
  update(now, next);
  if (focused !== document.activeElement && focused?.isConnected) focused.focus({ preventScroll: true });
}

function update(now, next) {
  if (now.hasAttribute("data-keep")) return;
  attributes(now, next);
  children(now, next);
}

function attributes(now, next) {
  for (const { name } of [...now.attributes]) {
    if (!next.hasAttribute(name) && !isByHand(now, name)) now.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (name === "style") continue;
    if (now.getAttribute(name) !== value && !isByHand(now, name)) now.setAttribute(name, value);
  }
  // Through the object model, as the content security policy wants it.
  if (now.style.cssText !== next.style.cssText) now.style.cssText = next.style.cssText;
}

const isByHand = (element, name) => name === "open" && element.localName === "details" || name === "style";

function children(now, next) {
  const keyed = new Map();
  for (const child of now.children) if (child.dataset.key) keyed.set(child.dataset.key, child);
  let place = now.firstChild;
  for (const wanted of [...next.childNodes]) {
    const key = wanted.dataset?.key;
    const match = key ? keyed.get(key) : place && !place.dataset?.key && isLike(place, wanted) ? place : null;
    if (match && isLike(match, wanted)) {
      if (match === place) place = place.nextSibling;
      else now.insertBefore(match, place);
      if (match.nodeType === Node.ELEMENT_NODE) update(match, wanted);
      else if (match.data !== wanted.data) match.data = wanted.data;
    } else {
      now.insertBefore(wanted, place);
    }
  }
  while (place) {
    const rest = place;
    place = place.nextSibling;
    rest.remove();
  }
}

const isLike = (one, other) => one.nodeType === other.nodeType && one.nodeName === other.nodeName;
